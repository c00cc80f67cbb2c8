import { Users } from 'lucide';
import type { WatchedChannel } from '../../client/viewer-state.js';
import { Avatar } from '../components/avatar.js';
import { LiveBadge } from '../components/badge.js';
import { Icon } from '../components/icon.js';
import { clockTime } from '../format/duration.js';
import { count } from '../format/quantity.js';
import { useNow } from '../shell/now.js';
import { ClipButton } from './clip-button.js';
import { FollowButton } from './follow-button.js';
import { ShareButton } from './share-button.js';
import './channel-info.css';

export interface ChannelInfoProps {
  /** The channel's name in its address. */
  name: string;
  channel: WatchedChannel;
  /** The name of the logged-in user; null if nobody is logged in. */
  username: string | null;
  /** The server's current time in milliseconds. */
  serverNow: () => number;
}

/** Owner, title, viewer count and running time. */
export function ChannelInfo({ name, channel, username, serverNow }: ChannelInfoProps) {
  const { broadcast, owner, viewers } = channel;
  const onAir = broadcast !== null && broadcast.state !== 'ended';
  return (
    <section class="channel-info" aria-label="Channel">
      <Avatar name={owner || name} size={48} live={onAir} />
      <div class="channel-info-words">
        <h1>{broadcast?.title || channel.title || name}</h1>
        <p class="channel-info-line">
          <span class="channel-info-owner">{owner}</span>
          {onAir && (
            <>
              <LiveBadge size="s" />
              <span class="channel-info-figure figures">
                <Icon icon={Users} size={16} />
                {count(viewers)} <span class="channel-info-unit">watching</span>
              </span>
              <Uptime startedAt={broadcast.startedAt} serverNow={serverNow} />
            </>
          )}
        </p>
      </div>
      <div class="channel-info-acts">
        {username !== owner && <FollowButton name={name} isLoggedIn={username !== null} />}
        {onAir && username !== null && (
          <span class="channel-info-clip">
            <ClipButton broadcastId={broadcast.id} />
          </span>
        )}
        <ShareButton name={name} />
      </div>
    </section>
  );
}

function Uptime({ startedAt, serverNow }: { startedAt: string; serverNow: () => number }) {
  const nowMs = useNow(500, serverNow);
  return (
    <span class="channel-info-figure figures">
      <span class="visually-hidden">Live for</span>
      {clockTime(nowMs - Date.parse(startedAt))}
    </span>
  );
}
