import { useEffect, useState } from 'preact/hooks';

const IDLE_MS = 2_500;

/**
 * Returns whether an element's controls can fade out: it has had no input for 2.5 s, or the mouse
 * left it half a second ago. False while a control has the keyboard focus or an open menu.
 */
export function useIdle(root: { current: HTMLElement | null }): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const element = root.current;
    if (!element) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    function rest(): void {
      const inUse =
        element?.querySelector(':focus-visible:not(video)') ??
        element?.querySelector('[aria-expanded="true"]');
      if (inUse) timer = setTimeout(rest, IDLE_MS);
      else setIdle(true);
    }
    function stir(): void {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(rest, IDLE_MS);
    }
    function leave(event: PointerEvent): void {
      if (event.pointerType !== 'mouse') return;
      clearTimeout(timer);
      timer = setTimeout(rest, IDLE_MS / 5);
    }
    stir();
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const name of events) element.addEventListener(name, stir);
    element.addEventListener('pointerleave', leave);
    return () => {
      clearTimeout(timer);
      for (const name of events) element.removeEventListener(name, stir);
      element.removeEventListener('pointerleave', leave);
    };
  }, [root]);
  return idle;
}
