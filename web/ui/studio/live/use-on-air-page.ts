import { useEffect } from 'preact/hooks';
import { keepScreenOn } from '../../shell/keep-screen-on.js';

/**
 * While the broadcast is on air, indicates this in the tab's title and keeps a phone's screen on.
 */
export function useOnAirPage(onAir: boolean): void {
  useEffect(() => {
    if (!onAir) return undefined;
    const title = document.title;
    document.title = `On air · ${title}`;
    const release = keepScreenOn();
    return () => {
      document.title = title;
      release();
    };
  }, [onAir]);
}
