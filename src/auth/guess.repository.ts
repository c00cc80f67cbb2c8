import type { SharedGuesses, SharedKey } from '../common/shared-guesses.js';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Log } from '../common/logger.js';
import type { Jobs } from '../db/jobs.js';
import type { PrismaService } from '../db/prisma.service.js';
import type { Secrets } from '../secrets/secrets.js';

const SWEEP_EVERY_MS = 600_000;

/**
 * Counts wrong guesses in the database. A row contains the time at which the key's bucket will be
 * full again. Each wrong guess postpones that time by as long as one token takes to refill; a right
 * guess doesn't. Keys contain addresses and names, so they are stored as keyed hashes. The table is
 * unlogged, so after a PostgreSQL crash it is empty, and the counts start from zero.
 */
export class GuessRepository implements SharedGuesses, OnModuleInit, OnModuleDestroy {
  #stopSweeping: () => void = () => undefined;

  constructor(
    private readonly db: PrismaService,
    private readonly secrets: Secrets,
    private readonly jobs: Jobs,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.#stopSweeping = this.jobs.every({
      name: 'guesses',
      everyMs: SWEEP_EVERY_MS,
      work: () => this.sweep(),
      log: this.log,
    });
  }

  onModuleDestroy(): void {
    this.#stopSweeping();
  }

  async waitMs(keys: readonly SharedKey[], nowMs: number): Promise<number> {
    const rates = new Map(keys.map(({ key, rate }) => [this.#hash(key), rate]));
    const rows = await this.db.guess.findMany({ where: { key: { in: [...rates.keys()] } } });
    const waits = rows.map(({ key, fullAt }) => {
      const { burst = 0, perSecond = 1 } = rates.get(key) ?? {};
      // The bucket has a token while at most `burst - 1` tokens are missing.
      return Math.ceil(fullAt.getTime() - nowMs - ((burst - 1) / perSecond) * 1_000);
    });
    return Math.max(0, ...waits);
  }

  async add(keys: readonly SharedKey[], nowMs: number): Promise<void> {
    // The keys are sorted, so that two nodes can't deadlock.
    const hashed = keys.map(({ key, rate }) => ({ key: this.#hash(key), rate }));
    const sorted = hashed.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const now = new Date(nowMs);
    await this.db.$executeRaw`
      INSERT INTO guesses AS g (key, full_at)
      SELECT key, ${now}::timestamptz + refill_s * interval '1 second'
      FROM unnest(
        ${sorted.map(({ key }) => key)}::text[],
        ${sorted.map(({ rate }) => 1 / rate.perSecond)}::float8[]
      ) AS wrong (key, refill_s)
      ON CONFLICT (key) DO UPDATE
      SET full_at = greatest(g.full_at, ${now}::timestamptz) + (excluded.full_at - ${now}::timestamptz)`;
  }

  /** Deletes the rows of full buckets. */
  async sweep(): Promise<void> {
    await this.db.$executeRaw`DELETE FROM guesses WHERE full_at < now() - interval '1 minute'`;
  }

  #hash(key: string): string {
    return this.secrets.sign('guess', key);
  }
}
