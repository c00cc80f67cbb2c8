import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { FairQueue } from '../../common/fair-queue.js';
import { QueueFullError } from '../../common/serial-queue.js';
import { Turns } from '../../common/turns.js';
import { WorkBudget } from '../../common/work-budget.js';
import { CONFIG, type Config } from '../../config/config.js';

/**
 * A client may use a tenth of a core, after a burst that is enough for twenty one-day recordings.
 * Reading the journals of one takes half a second.
 */
const RATE = { burstMs: 10_000, perSecondMs: 100 } as const;
/** The minimum charge, because every read opens files. */
const LEAST_MS = 5;
const WAITING = { perParty: 16, all: 128 } as const;
const RETRY_MS = 2_000;

/**
 * Runs work whose cost grows with the stored data, such as reading journals and rendering
 * playlists. The callers cache the results. Tasks run one at a time, in slices between which they
 * yield to other work, and clients take turns.
 */
@Injectable()
export class CostlyReads {
  readonly #budget: WorkBudget;
  readonly #queue = new FairQueue(WAITING);

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    const { addressLimitFactor: factor } = config.http;
    this.#budget = new WorkBudget({
      burstMs: RATE.burstMs * Math.max(1, factor),
      perSecondMs: RATE.perSecondMs * factor,
    });
  }

  /**
   * @param client the client's key for rate limits; null for the service itself, which is not
   *   limited
   * @param queue the queue to wait in; the longest tasks use a separate one
   * @throws {DomainError} `rate_limited` for a client that has used up its budget; `unavailable` if
   *   too many tasks are waiting
   */
  async run<T>(
    client: string | null,
    work: (turns: Turns) => Promise<T>,
    queue: FairQueue = this.#queue,
  ): Promise<T> {
    if (client === null) return work(new Turns());
    const retryAfterMs = this.#budget.waitMs(client, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError(
        'rate_limited',
        'You have requested many long recordings. Wait a moment, then try again.',
        { retryAfterMs },
      );
    try {
      return await queue.run(client, () => this.#measured(client, work));
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new DomainError(
        'unavailable',
        'Too many recordings are being opened. Try again soon.',
        {
          retryAfterMs: RETRY_MS,
        },
      );
    }
  }

  async #measured<T>(client: string, work: (turns: Turns) => Promise<T>): Promise<T> {
    const turns = new Turns();
    try {
      return await work(turns);
    } finally {
      this.#budget.spend(client, Math.max(LEAST_MS, turns.usedMs), this.clock.nowMs());
    }
  }
}
