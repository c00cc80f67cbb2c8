import { useEffect, useRef } from 'preact/hooks';
import { type KeyPlace, placeOf, type PressedKey } from './shortcuts.js';

/**
 * Handles the player's keys on the whole page, except in elements that use the key themselves.
 * @param find maps a key press to an action, or to null if there is none
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
