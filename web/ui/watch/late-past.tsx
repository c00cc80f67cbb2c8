import { useEffect, useState } from 'preact/hooks';
import type { PastList } from '../past/past-list.js';
import { firstFrame } from './first-frame.js';

/** The channel's past broadcasts, which are loaded after everything that the first frame needs. */
export function LatePast({
  channel,
  live,
  ended,
}: {
  channel: string;
  live: boolean;
  ended: boolean;
}) {
  const [List, setList] = useState<{ view: typeof PastList } | null>(null);
  useEffect(() => {
    async function load(): Promise<void> {
      if (live) await firstFrame();
      const { PastList: view } = await import('../past/past-list.js');
      setList({ view });
    }
    // Failures are ignored, because the rest of the page works without past broadcasts.
    load().catch(() => undefined);
  }, []);
  return List && <List.view channel={channel} ended={ended} />;
}
