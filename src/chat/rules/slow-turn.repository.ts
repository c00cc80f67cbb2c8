import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Log } from '../../common/logger.js';
import type { Jobs } from '../../db/jobs.js';
import type { PrismaService } from '../../db/prisma.service.js';
import { SLOW_MODE_MAX_S } from '../../protocol/limits.js';
import type { SlowSender, SlowTurns } from './slow-turns.js';

const SWEEP_EVERY_MS = 600_000;

/**
 * Counts messages for slow mode in the database, using the database's clock. One sender's messages
 * are counted one at a time, so two nodes can't both accept one. The table is unlogged, so after a
 * PostgreSQL crash it is empty, and everyone may send a message at once.
 */
export class SlowTurnRepository implements SlowTurns, OnModuleInit, OnModuleDestroy {
  #stopSweeping: () => void = () => undefined;

  constructor(
    private readonly db: PrismaService,
    private readonly jobs: Jobs,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.#stopSweeping = this.jobs.every({
      name: 'slow-turns',
      everyMs: SWEEP_EVERY_MS,
      work: () => this.sweep(),
      log: this.log,
    });
  }

  onModuleDestroy(): void {
    this.#stopSweeping();
  }

  async take(
    senders: readonly SlowSender[],
    { nonce, slowModeS }: { nonce: string; slowModeS: number },
  ): Promise<number> {
    const turns = new Map(senders.map(({ key, turns: count }) => [key, count]));
    // The keys are sorted, so that two nodes can't deadlock.
    const keys = [...turns.keys()].toSorted();
    return this.db.$transaction(async (tx) => {
      await tx.$executeRaw`
        SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(${keys}::text[]) AS k(key)`;
      // A message with a future time was counted before the clock was set back, and must not lock
      // anyone out.
      const counted = await tx.$queryRaw<{ key: string; nonce: string; ageMs: number }[]>`
        SELECT key, nonce, (extract(epoch FROM clock_timestamp() - at) * 1000)::float8 AS "ageMs"
        FROM slow_turns
        WHERE key = ANY(${keys}::text[]) AND at <= clock_timestamp()
          AND at > clock_timestamp() - ${slowModeS} * interval '1 second'
        ORDER BY at DESC`;
      if (counted.some((message) => message.nonce === nonce)) return 0;
      const waits = keys.map((key) => {
        // The oldest of the messages that use up the sender's turns.
        const last = counted.filter((message) => message.key === key).at((turns.get(key) ?? 1) - 1);
        return last === undefined ? 0 : Math.max(1, Math.ceil(slowModeS * 1_000 - last.ageMs));
      });
      const waitMs = Math.max(...waits);
      if (waitMs === 0)
        await tx.$executeRaw`
          INSERT INTO slow_turns (key, nonce, at)
          SELECT key, ${nonce}::uuid, clock_timestamp() FROM unnest(${keys}::text[]) AS k(key)
          ON CONFLICT (key, nonce) DO UPDATE SET at = excluded.at`;
      return waitMs;
    });
  }

  async refund(senders: readonly SlowSender[], nonce: string): Promise<void> {
    const keys = senders.map(({ key }) => key);
    await this.db.slowTurn.deleteMany({ where: { key: { in: keys }, nonce } });
  }

  /** Deletes the rows that no longer make anyone wait. */
  async sweep(): Promise<void> {
    await this.db.$executeRaw`
      DELETE FROM slow_turns WHERE at < now() - ${SLOW_MODE_MAX_S} * interval '1 second'`;
  }
}
