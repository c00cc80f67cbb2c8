import { QueueFullError } from './serial-queue.js';

type Waiting = Readonly<{ start: () => void; refuse: (error: QueueFullError) => void }>;

type FairQueueBounds = Readonly<{
  /** The maximum number of tasks that run at the same time; 1 by default. */
  atOnce?: number;
  /** The maximum number of waiting tasks of one party. */
  perParty: number;
  /** The maximum number of waiting tasks of all parties. */
  all: number;
}>;

/**
 * Runs a few tasks at a time and alternates between the waiting parties, so that nobody waits
 * longer because another party has more tasks. When the queue is full, a new task of a party with
 * fewer tasks replaces the newest task of the party with the most tasks.
 */
export class FairQueue {
  readonly #bounds: FairQueueBounds;
  /**
   * Waiting tasks by party; the parties are in the order of their turns. Parties without waiting
   * tasks are removed.
   */
  readonly #parties = new Map<string, Waiting[]>();
  #waiting = 0;
  #running = 0;

  constructor(bounds: FairQueueBounds) {
    this.#bounds = bounds;
  }

  /** The number of waiting tasks. */
  get size(): number {
    return this.#waiting;
  }

  /**
   * Runs a task when its turn comes. Rejects with a {@link QueueFullError} if the party, or all
   * parties together, have too many tasks waiting.
   */
  async run<T>(party: string, task: () => Promise<T> | T): Promise<T> {
    if (this.#running < (this.#bounds.atOnce ?? 1)) this.#running += 1;
    else await this.#place(party);
    try {
      return await task();
    } finally {
      this.#startNext();
    }
  }

  #place(party: string): Promise<void> {
    const own = this.#parties.get(party) ?? [];
    if (own.length >= this.#bounds.perParty) throw new QueueFullError(this.#bounds.perParty);
    if (this.#waiting >= this.#bounds.all) this.#makeRoomFor(own.length);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    own.push({ start: resolve, refuse: reject });
    this.#parties.set(party, own);
    this.#waiting += 1;
    return promise;
  }

  /**
   * Rejects the newest task of the party with the most tasks if that party has at least two more
   * than `count`.
   */
  #makeRoomFor(count: number): void {
    let most: Waiting[] = [];
    for (const tasks of this.#parties.values()) if (tasks.length > most.length) most = tasks;
    const refused = most.length > count + 1 ? most.pop() : undefined;
    if (!refused) throw new QueueFullError(this.#bounds.all);
    this.#waiting -= 1;
    refused.refuse(new QueueFullError(this.#bounds.all));
  }

  /**
   * Hands the slot of a finished task directly to the next one, so that tasks added in the meantime
   * can't overtake it.
   */
  #startNext(): void {
    const [first] = this.#parties;
    if (!first) {
      this.#running -= 1;
      return;
    }
    const [party, tasks] = first;
    const next = tasks.shift();
    this.#parties.delete(party);
    if (tasks.length > 0) this.#parties.set(party, tasks);
    this.#waiting -= 1;
    next?.start();
  }
}
