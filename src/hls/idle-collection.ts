/**
 * The time from the end of the last broadcast's packaging until the heap is collected, in
 * milliseconds. By then, the recording is finished, and any publisher who wanted to return has
 * returned.
 */
const AFTER_MS = 30_000;

/** Collects the heap once each time the server becomes idle, and once after it has started. */
export class IdleCollection {
  readonly #collect: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param collect collects the heap, which blocks the thread for a moment */
  constructor(collect: () => void) {
    this.#collect = collect;
  }

  /** Must be called when the last broadcast is no longer being packaged. */
  idle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#collect, AFTER_MS).unref();
  }

  /** Must be called when a broadcast begins, and when the server stops. */
  cancel(): void {
    clearTimeout(this.#timer);
  }
}
