import { setImmediate as othersFirst } from 'node:timers/promises';

/**
 * The length of a slice in milliseconds. It is long enough to make progress, and short enough not
 * to delay media and chat.
 */
const SLICE_MS = 4;

/**
 * Splits long work on the event loop into slices of {@link SLICE_MS}, between which everything else
 * that is due runs.
 *
 *     for (…) {
 *       if (turns.isOver) await turns.next();
 */
export class Turns {
  #sinceMs = performance.now();
  #beforeMs = 0;

  /** The total length of the slices. */
  get usedMs(): number {
    return this.#beforeMs + performance.now() - this.#sinceMs;
  }

  /** Whether the slice has ended. */
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
