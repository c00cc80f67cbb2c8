import { effect } from '@preact/signals';
import type { Viewer } from '../../client/viewer.js';

/** The maximum time that the page stays empty until the channel is joined, in milliseconds. */
const JOIN_MS = 60;
/**
 * The maximum time that the page then stays empty until the browser has negotiated, in
 * milliseconds.
 */
const NEGOTIATION_MS = 200;

/**
 * Resolves when there is something to play, or when that takes too long. Rendering the page takes
 * about as long as joining on a nearby server, and would delay the join. Once the browser has
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
      // The effect must not dispose of itself while it is being created.
      if (viewer.source.value !== null) queueMicrotask(finish);
    });
    function finish(): void {
      for (const timer of timers) clearTimeout(timer);
      off();
      resolve();
    }
  });
}
