const REPEAT_MS = 1_000;

/**
 * Notifies the other nodes that messages from this one were lost, because those nodes can't notice
 * the loss themselves. Repeats the notice until it is sent.
 */
export class GapNotice {
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param send sends the notice; if that fails, {@link lost} must be called */
  constructor(private readonly send: () => void) {}

  /** Must be called when a message was lost, including the notice itself. */
  lost(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.send();
    }, REPEAT_MS).unref();
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }
}
