import { useEffect } from 'preact/hooks';

/**
 * Repeats an action while `isOn` is true and the page is visible. `everyMs` passes between the end
 * of one run and the start of the next, so slow runs don't pile up.
 */
export function useRepeated(
  action: () => Promise<void>,
  { everyMs, isOn }: { everyMs: number; isOn: boolean },
): void {
  useEffect(() => {
    if (!isOn) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const runLater = () => {
      timer = setTimeout(() => void run(), everyMs);
    };
    const run = async () => {
      if (!document.hidden) await action();
      if (!isOver) runLater();
    };
    runLater();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [action, everyMs, isOn]);
}
