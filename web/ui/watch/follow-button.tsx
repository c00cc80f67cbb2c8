import { useEffect, useState } from 'preact/hooks';
import { Heart } from 'lucide';
import type { FollowView } from '../../../src/protocol/follow.js';
import { api } from '../../client/api.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { toast } from '../components/toast.js';
import { shortCount } from '../format/quantity.js';
import { loginAddress } from '../shell/next.js';

export interface FollowButtonProps {
  /** The channel's name. */
  name: string;
  isLoggedIn: boolean;
}

/** Follows or unfollows a channel. Logged-out users are redirected to the login first. */
export function FollowButton({ name, isLoggedIn }: FollowButtonProps) {
  const [follow, setFollow] = useState<FollowView | null>(null);
  const [busy, setBusy] = useState(false);

  async function change(action: () => Promise<FollowView>): Promise<void> {
    setBusy(true);
    try {
      setFollow(await action());
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      toast({ text: error.message, tone: 'danger' });
    }
    setBusy(false);
  }
  useEffect(() => {
    // Only a number and a label depend on the result, so failures are ignored.
    api.followOf(name).then(setFollow, () => undefined);
  }, [name, isLoggedIn]);

  const follows = follow !== null && follow.since !== null;
  const count = follow && follow.followers > 0 ? ` ${shortCount(follow.followers)}` : '';
  if (!isLoggedIn)
    return (
      <Button icon={Heart} href={loginAddress(location)}>
        Follow{count}
      </Button>
    );
  return (
    <Button
      icon={Heart}
      variant={follows ? 'secondary' : 'primary'}
      onClick={() => {
        if (!busy) void change(() => (follows ? api.unfollow(name) : api.follow(name)));
      }}
    >
      {follows ? `Following${count}` : `Follow${count}`}
    </Button>
  );
}
