import { useEffect, useState } from 'preact/hooks';
import { parsePreviews, type Preview } from './previews.js';

const NONE: readonly Preview[] = [];

/** The pictures of a recording; none until they are known, which may be never. */
export function usePreviews(path: string | null): readonly Preview[] {
  const [previews, setPreviews] = useState(NONE);
  useEffect(() => {
    if (path === null) return undefined;
    const controller = new AbortController();
    async function load(address: string): Promise<void> {
      const response = await fetch(address, { signal: controller.signal });
      if (!response.ok) return;
      setPreviews(parsePreviews(await response.text(), new URL(address, location.href).href));
    }
    // They are an extra: without them the bar shows times.
    load(path).catch(() => undefined);
    return () => controller.abort();
  }, [path]);
  return previews;
}
