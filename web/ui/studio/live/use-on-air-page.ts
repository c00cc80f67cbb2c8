import { useEffect } from 'preact/hooks';

/** While on air the tab says so in its title, and a phone's screen stays on. */
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

/** The browser takes the lock away whenever the page is hidden: asks again when it is back. */
function keepScreenOn(): () => void {
  let lock: WakeLockSentinel | null = null;
  let wanted = true;
  async function ask(): Promise<void> {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (!wanted) await lock.release();
    } catch {
      // An almost empty battery, or a browser that does not want to: the broadcast goes on without.
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
