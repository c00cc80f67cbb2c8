import { useState } from 'preact/hooks';
import { Check, Copy, Share2 } from 'lucide';
import { Button } from '../components/button.js';
import { toast } from '../components/toast.js';
import './share-link.css';

const CONFIRMED_MS = 2_000;

/** Where people watch, to hand on. */
export function ShareLink({ channel }: { channel: string }) {
  const address = `${location.origin}/${channel}`;
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
              // Closing the system's sheet is an answer too.
              navigator.share({ url: address }).catch(() => undefined);
            }}
          >
            Share
          </Button>
        )}
      </div>
    </div>
  );
}

/** Copies a text and says so. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), CONFIRMED_MS);
    } catch {
      // Insecure pages have no clipboard.
      toast({ text: `Your browser did not let the page copy the ${what}. Select it and copy it.` });
    }
  }
  return (
    <Button size="s" icon={copied ? Check : Copy} onClick={() => void copy()}>
      {copied ? 'Copied' : `Copy ${what}`}
    </Button>
  );
}
