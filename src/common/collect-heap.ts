import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Runs a full garbage collection of this thread's heap, and returns free pages to the system. The
 * thread is stopped for about a tenth of a second. Without this, an idle thread would keep its
 * garbage for hours, because V8 collects only when the heap grows.
 */
export function collectHeap(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  setFlagsFromString('--no-expose-gc');
  // This flavor is meant for a system that is short of memory; the others keep free pages for
  // reuse.
  collect({ type: 'major', flavor: 'last-resort' });
}
