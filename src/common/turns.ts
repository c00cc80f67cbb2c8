import { setImmediate as othersFirst } from 'node:timers/promises';

/** Long enough to get something done, short enough for media and chat not to notice, milliseconds. */
const SLICE_MS = 4;

/**
 * Splits long work on the event loop into slices: after {@link SLICE_MS} everything else that is due runs first.
 *
 *     for (…) {
 *       if (turns.isOver) await turns.next();
 */
export class Turns {
  #sinceMs = performance.now();
  #beforeMs = 0;

  /** How long the slices were altogether. */
  get usedMs(): number {
    return this.#beforeMs + performance.now() - this.#sinceMs;
  }

  /** The slice is used up. */
  get isOver(): boolean {
    return performance.now() - this.#sinceMs >= SLICE_MS;
  }

  /** Resolves when the next slice begins. */
  async next(): Promise<void> {
    this.#beforeMs += performance.now() - this.#sinceMs;
    await othersFirst();
    this.#sinceMs = performance.now();
  }
}
