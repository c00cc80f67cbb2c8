import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Runs a full collection of this thread's heap, which also returns free pages to the system. It stops
 * the thread for about a tenth of a second. Without it, an idle thread would keep its garbage for
 * hours, because V8 collects only when the heap grows.
 */
export function collectHeap(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  setFlagsFromString('--no-expose-gc');
  // The flavor for a system that is short of memory; others keep the pages for later.
  collect({ type: 'major', flavor: 'last-resort' });
}
