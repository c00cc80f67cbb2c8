import { Check, Share2 } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { copyAddress } from '../components/copy-address.js';

const COPIED_MS = 2_000;

/** Copies the channel's address. */
export function ShareButton({ name }: { name: string }) {
  const [copied, setCopied] = useState(false);
  const address = `${location.origin}${at(`/${name}`)}`;
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy(): Promise<void> {
    setCopied(await copyAddress(address));
  }

  return (
    <Button icon={copied ? Check : Share2} onClick={() => void copy()}>
      {copied ? 'Link copied' : 'Share'}
    </Button>
  );
}
