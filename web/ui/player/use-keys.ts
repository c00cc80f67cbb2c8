import { useEffect, useRef } from 'preact/hooks';
import { type KeyPlace, placeOf, type PressedKey } from './shortcuts.js';

/**
 * The player's keys work all over the page, but for places that use the key themselves.
 *
 * @param find which action a key is, or null
 */
export function useKeys<T>(
  root: { current: HTMLElement | null },
  act: (action: T) => void,
  find: (pressed: PressedKey, place: KeyPlace) => T | null,
): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented) return;
      const action = find(event, placeOf(event.target, root.current));
      if (!action) return;
      event.preventDefault();
      latest.current(action);
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [root, find]);
}
