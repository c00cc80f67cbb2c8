/**
 * Runs tasks one after another, in the order in which they were added. A task that fails rejects
 * its own promise, and the tasks behind it still run.
 */
export class SerialQueue {
  readonly #limit: number;
  #tail: Promise<unknown> = Promise.resolve();
  #size = 0;

  /**
   * @param limit the maximum number of waiting and running tasks; further ones are rejected with a
   *   {@link QueueFullError}
   */
  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  /** The number of waiting and running tasks. */
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

/** Reports that a queue has reached its limit of tasks. */
export class QueueFullError extends Error {
  constructor(limit: number) {
    super(`the queue is full (${limit} tasks)`);
    this.name = 'QueueFullError';
  }
}
