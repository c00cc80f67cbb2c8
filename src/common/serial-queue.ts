/**
 * Runs tasks one after another, in the order they were added. A task that fails rejects its own
 * promise and does not stop the ones behind it.
 */
export class SerialQueue {
  readonly #limit: number;
  #tail: Promise<unknown> = Promise.resolve();
  #size = 0;

  /** @param limit how many tasks may wait or run; one more is refused with a {@link QueueFullError}. */
  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  /** Tasks waiting or running. */
  get size(): number {
    return this.#size;
  }

  run<T>(task: () => Promise<T> | T): Promise<T> {
    if (this.#size >= this.#limit) return Promise.reject(new QueueFullError(this.#limit));
    this.#size += 1;
    const result = this.#tail.then(task);
    this.#tail = result.then(
      () => void (this.#size -= 1),
      () => void (this.#size -= 1),
    );
    return result;
  }
}

/** The queue holds as many tasks as it may. */
export class QueueFullError extends Error {
  constructor(limit: number) {
    super(`the queue is full (${limit} tasks)`);
    this.name = 'QueueFullError';
  }
}
