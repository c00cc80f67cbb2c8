import { effect } from '@preact/signals';
import type { Viewer } from '../../client/viewer.js';

/** How long the page can stay empty until the channel is joined. */
const JOIN_MS = 60;
/** How long the page can stay empty after that, until the browser has negotiated. */
const NEGOTIATION_MS = 200;

/**
 * Resolves when there is something to play, or when that takes too long. Rendering the page takes
 * about as long as joining on a nearby server does, and would delay it. Once the browser has
 * negotiated, it connects without the page's help.
 */
export function untilReceiving(viewer: Viewer): Promise<void> {
  return new Promise((resolve) => {
    const timers = [
      setTimeout(() => {
        if (!viewer.hasConnection.peek()) finish();
      }, JOIN_MS),
      setTimeout(finish, JOIN_MS + NEGOTIATION_MS),
    ];
    const off = effect(() => {
      // The effect must not end itself while it is being created.
      if (viewer.source.value !== null) queueMicrotask(finish);
    });
    function finish(): void {
      for (const timer of timers) clearTimeout(timer);
      off();
      resolve();
    }
  });
}
