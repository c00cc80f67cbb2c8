import { useEffect } from 'preact/hooks';

/** Calls back when something outside of an element is pressed or focused, while `isOpen`. */
export function useOutside(
  root: { current: HTMLElement | null },
  isOpen: boolean,
  onOutside: () => void,
): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    function look({ target }: Event): void {
      if (target instanceof Node && !root.current?.contains(target)) onOutside();
    }
    const events = ['pointerdown', 'focusin'] as const;
    for (const name of events) document.addEventListener(name, look);
    return () => {
      for (const name of events) document.removeEventListener(name, look);
    };
  }, [isOpen]);
}
