import { QueueFullError } from './serial-queue.js';

type Waiting = Readonly<{ start: () => void; refuse: (error: QueueFullError) => void }>;

type FairQueueBounds = Readonly<{
  /** Tasks of one party that may wait. */
  perParty: number;
  /** Tasks of all parties that may wait. */
  all: number;
}>;

/**
 * Runs tasks one at a time and takes turns between the parties that wait, so that nobody waits longer because somebody
 * else has asked for more. When it is full, a party that has less waiting than another takes the newest place of the one
 * that has most.
 */
export class FairQueue {
  readonly #bounds: FairQueueBounds;
  /** By party, in the order of their turns. Parties without waiting tasks are forgotten. */
  readonly #parties = new Map<string, Waiting[]>();
  #waiting = 0;
  #isRunning = false;

  constructor(bounds: FairQueueBounds) {
    this.#bounds = bounds;
  }

  /** Tasks that wait. */
  get size(): number {
    return this.#waiting;
  }

  /** Rejects with a {@link QueueFullError} when the party, or everybody together, has too many tasks waiting. */
  async run<T>(party: string, task: () => Promise<T> | T): Promise<T> {
    if (this.#isRunning) await this.#place(party);
    this.#isRunning = true;
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

  /** Refuses the newest task of the party with the most, if that has at least two more than who comes. */
  #makeRoomFor(count: number): void {
    let most: Waiting[] = [];
    for (const tasks of this.#parties.values()) if (tasks.length > most.length) most = tasks;
    const refused = most.length > count + 1 ? most.pop() : undefined;
    if (!refused) throw new QueueFullError(this.#bounds.all);
    this.#waiting -= 1;
    refused.refuse(new QueueFullError(this.#bounds.all));
  }

  /** Hands the place on without leaving it free: what is asked for in between waits as well. */
  #startNext(): void {
    const [first] = this.#parties;
    if (!first) {
      this.#isRunning = false;
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
