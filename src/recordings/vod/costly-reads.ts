import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { FairQueue } from '../../common/fair-queue.js';
import { QueueFullError } from '../../common/serial-queue.js';
import { Turns } from '../../common/turns.js';
import { WorkBudget } from '../../common/work-budget.js';
import { CONFIG, type Config } from '../../config/config.js';

/** Reading a day's journals takes half a second: one client gets a tenth of a core, and twenty days at once. */
const RATE = { burstMs: 10_000, perSecondMs: 100 } as const;
/** What looks cheap has its price as well: files are opened for it. */
const LEAST_MS = 5;
const WAITING = { perParty: 16, all: 128 } as const;
const RETRY_MS = 2_000;

/**
 * Work whose cost grows with what is stored, such as reading journals and rendering playlists. It is done once for what
 * is then remembered, piece by piece beside everything else, one after another, in turns between those who ask.
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
   * @param client who it is done for, as limits count them; null: the service itself, which is not limited
   * @param queue where it waits: what takes longer than all else has one of its own
   * @throws {DomainError} `rate_limited` for a client who had too much done lately; `unavailable` while too many wait
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
        'You have asked for many long recordings. Wait a little, then try again.',
        { retryAfterMs },
      );
    try {
      return await queue.run(client, () => this.#measured(client, work));
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new DomainError('unavailable', 'Too many recordings are opened now. Try again soon.', {
        retryAfterMs: RETRY_MS,
      });
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
