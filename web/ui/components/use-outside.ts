import { useEffect } from 'preact/hooks';

/** While `isOpen` is true, calls back when something outside the element is pressed or focused. */
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
