import { DomainError } from '../common/domain-error.js';
import type { Log } from '../common/logger.js';
import type { Config } from '../config/config.js';
import { SfuWorker } from './sfu-worker.js';

const RESTART_DELAY_MS = 500;

/** The workers, one per slot. A worker that dies is replaced, and its routers are lost. */
export class WorkerPool {
  readonly #rtc: Config['rtc'];
  readonly #log: Log;
  readonly #slots: (SfuWorker | null)[];
  #deaths = 0;
  #closed = false;

  private constructor(rtc: Config['rtc'], log: Log) {
    this.#rtc = rtc;
    this.#log = log;
    this.#slots = Array.from({ length: rtc.workers }, () => null);
  }

  static async create(rtc: Config['rtc'], log: Log): Promise<WorkerPool> {
    const pool = new WorkerPool(rtc, log);
    try {
      await Promise.all(pool.#slots.map((_, index) => pool.#start(index)));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** The number of workers that died unexpectedly since startup. */
  get deaths(): number {
    return this.#deaths;
  }

  /** The running workers. */
  get workers(): SfuWorker[] {
    return this.#slots.filter((worker) => worker !== null);
  }

  /**
   * Returns the worker with the lowest cost, which by default is its load.
   * @throws {DomainError} `unavailable` while all workers are restarting
   */
  cheapest(cost: (worker: SfuWorker) => number = (worker) => worker.load): SfuWorker {
    const best = this.workers.toSorted((a, b) => cost(a) - cost(b))[0];
    if (best) return best;
    throw new DomainError(
      'unavailable',
      'The media workers are restarting. Try again in a moment.',
      {
        retryAfterMs: 1_000,
      },
    );
  }

  /** Resolves when all worker processes are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const { workers } = this;
    this.#slots.fill(null);
    await Promise.all(workers.map((worker) => worker.close()));
  }

  async #start(index: number): Promise<void> {
    const worker = await SfuWorker.create(index, this.#rtc, (warning) =>
      this.#log.warn({ worker: index }, `media worker: ${warning}`),
    );
    if (this.#closed) return worker.close();
    this.#slots[index] = worker;
    worker.onDied(() => {
      this.#deaths += 1;
      this.#slots[index] = null;
      this.#log.warn({ worker: index, pid: worker.pid }, 'media worker died, starting another');
      void this.#replace(index);
    });
  }

  /**
   * Retries until a worker has started. Without workers, the service can't offer media but still
   * serves its pages.
   */
  async #replace(index: number): Promise<void> {
    while (!this.#closed) {
      try {
        return await this.#start(index);
      } catch (err) {
        this.#log.error({ worker: index, err }, 'media worker did not start, retrying');
        await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
      }
    }
  }
}
