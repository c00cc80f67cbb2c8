import { useState } from 'preact/hooks';
import { Check, Copy, Share2 } from 'lucide';
import type { ChannelView } from '../../../../src/protocol/channel.js';
import type { Visibility } from '../../../../src/protocol/access.js';
import { at } from '../../../client/base-path.js';
import { Button } from '../../components/button.js';
import { toast } from '../../components/toast.js';
import './share-link.css';

const CONFIRMED_MS = 2_000;

/** A description of the link's audience; null if everyone can use the link. */
const AUDIENCE: Record<Visibility, string | null> = {
  public: null,
  unlisted: 'Not listed: only people with the link can find it.',
  password: 'Only for people with the password.',
  private: 'Only for you, your moderators and the accounts on your list.',
};

/** The link to the watch page. */
export function ShareLink({ channel }: { channel: Pick<ChannelView, 'name' | 'visibility'> }) {
  const address = `${location.origin}${at(`/${channel.name}`)}`;
  const audience = AUDIENCE[channel.visibility];
  const canShare = typeof navigator.share === 'function';
  return (
    <div class="share-link">
      <span class="field-label">People watch at</span>
      <div class="share-row">
        <a class="share-address" href={address} target="_blank" rel="noopener">
          {address.replace(/^https?:\/\//, '')}
        </a>
        <CopyButton text={address} what="link" />
        {canShare && (
          <Button
            size="s"
            icon={Share2}
            onClick={() => {
              // This rejects if the user dismisses the share sheet, which isn't an error.
              navigator.share({ url: address }).catch(() => undefined);
            }}
          >
            Share
          </Button>
        )}
      </div>
      {audience !== null && <p class="field-hint">{audience}</p>}
    </div>
  );
}

/** Copies a text and confirms it. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), CONFIRMED_MS);
    } catch {
      // The clipboard is unavailable on insecure pages.
      toast({ text: `Your browser blocked copying. Select the ${what} and copy it yourself.` });
    }
  }
  return (
    <Button size="s" icon={copied ? Check : Copy} onClick={() => void copy()}>
      {copied ? 'Copied' : `Copy ${what}`}
    </Button>
  );
}
