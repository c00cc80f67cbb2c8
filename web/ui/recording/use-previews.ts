import { useEffect, useState } from 'preact/hooks';
import { parsePreviews, type Preview } from './previews.js';

const NONE: readonly Preview[] = [];

/** Loads a recording's previews. The result is empty until they are loaded, or if loading fails. */
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
    // Previews are optional. Without them, the bar shows only times.
    load(path).catch(() => undefined);
    return () => controller.abort();
  }, [path]);
  return previews;
}
