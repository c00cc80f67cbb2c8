const REPEAT_MS = 1_000;

/**
 * Notifies the other nodes that messages of this one were lost, which none of them can notice.
 * Repeats the notice until it is sent.
 */
export class GapNotice {
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param send sends the notice; must lead to a call of {@link lost} if that fails */
  constructor(private readonly send: () => void) {}

  /** Must be called when a message was lost, the notice itself included. */
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
