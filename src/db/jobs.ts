import { Injectable } from '@nestjs/common';
import type { Log } from '../common/logger.js';
import { PrismaService } from './prisma.service.js';

/**
 * How many times per period a node tries to claim a job. It is more than once, because the node
 * that last ran the job may have stopped.
 */
const TRIES_PER_PERIOD = 4;

/** Work that is done periodically. Interrupting it, or doing it twice, must be harmless. */
export type Job = Readonly<{
  name: string;
  everyMs: number;
  work: () => Promise<unknown>;
  log: Log;
}>;

/**
 * Runs each periodic job in one of the processes that share the database. To claim a job for a
 * period, a node writes the start of the next period, by the database's clock, into the job's row.
 * If a node stops during the work, another one does the work in the next period. A single node runs
 * all jobs itself and claims nothing.
 */
@Injectable()
export class Jobs {
  /** @param isNode whether other processes use the database */
  constructor(
    private readonly db: PrismaService,
    private readonly isNode: boolean,
  ) {}

  /** Runs a job periodically until the returned function is called. */
  every({ name, everyMs, work, log }: Job): () => void {
    let isRunning = false;
    const run = async () => {
      if (isRunning) return;
      isRunning = true;
      try {
        if (await this.claim(name, everyMs)) await work();
      } catch (err) {
        log.warn({ err, job: name }, 'a periodic job failed; it will run again later');
      } finally {
        isRunning = false;
      }
    };
    const timer = setInterval(() => void run(), everyMs / (this.isNode ? TRIES_PER_PERIOD : 1));
    timer.unref();
    return () => clearInterval(timer);
  }

  /**
   * Claims a name for a period of time; resolves to false if another process has claimed it. Always
   * resolves to true on a single node. Claims aren't deleted, so the number of names must be
   * bounded, for example by the accounts to which they belong.
   */
  async claim(name: string, forMs: number): Promise<boolean> {
    if (!this.isNode) return true;
    const claimed = await this.db.$executeRaw`
      INSERT INTO jobs AS j (name, due_at)
      VALUES (${name}, now() + ${forMs / 1_000}::float8 * interval '1 second')
      ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE j.due_at <= now()`;
    return claimed > 0;
  }
}
