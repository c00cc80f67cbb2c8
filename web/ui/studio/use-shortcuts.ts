import { useEffect } from 'preact/hooks';
import type { Capture } from '../../client/capture/capture.js';
import { toggleCamera } from './dock/camera-control.js';
import { toggleMicrophone } from './dock/microphone-control.js';

/**
 * Handles the M key, which toggles the microphone, and the V key, which toggles the camera, except
 * while the user is typing or a dialog is open.
 */
export function useShortcuts(capture: Capture): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTaken(event.target)) return;
      const key = event.key.toLowerCase();
      if (key === 'm') toggleMicrophone(capture);
      if (key === 'v') toggleCamera(capture);
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [capture]);
}

/**
 * Returns whether letter keys have another meaning in an element, as in text fields, type-ahead
 * lists, menus and dialogs.
 */
function isTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, dialog, [role="menu"], [contenteditable]') !== null
  );
}
