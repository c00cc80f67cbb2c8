import { useEffect } from 'preact/hooks';

/** While the broadcast is on air, says so in the tab's title and keeps a phone's screen on. */
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

/**
 * Keeps the screen on. Browsers release the lock when the page is hidden, so it is requested again
 * when the page is visible.
 */
function keepScreenOn(): () => void {
  let lock: WakeLockSentinel | null = null;
  let wanted = true;
  async function ask(): Promise<void> {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (!wanted) await lock.release();
    } catch {
      // The battery is low or the browser refuses. The broadcast continues without the lock.
    }
  }
  const onVisible = (): void => void ask();
  document.addEventListener('visibilitychange', onVisible);
  void ask();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', onVisible);
    void lock?.release();
  };
}
