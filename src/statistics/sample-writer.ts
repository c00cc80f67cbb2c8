import { Inject, Injectable } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import type { Sample } from './sample.js';
import { SampleRepository } from './sample.repository.js';

/**
 * The maximum number of samples waiting for the database; beyond it, the oldest samples are
 * dropped.
 */
export const WAITING_MAX = 20_000;
/** The maximum number of samples per query. */
const BATCH_MAX = 1_000;

/** Buffers samples until the database has stored them, so that counting never has to wait. */
@Injectable()
export class SampleWriter {
  readonly #log: Log;
  #waiting: Sample[] = [];
  #writing: Promise<boolean> | null = null;

  constructor(
    private readonly repository: SampleRepository,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'statistics' });
  }

  put(sample: Sample): void {
    if (this.#waiting.length >= WAITING_MAX) {
      const lost = this.#waiting.length - WAITING_MAX + BATCH_MAX;
      this.#log.warn(
        { lost },
        'too many statistics are waiting for the database; dropping the oldest',
      );
      this.#waiting = this.#waiting.slice(lost);
    }
    this.#waiting.push(sample);
  }

  /** Returns the waiting samples of one broadcast. */
  of(broadcastId: string): Sample[] {
    return this.#waiting.filter((sample) => sample.broadcastId === broadcastId);
  }

  /**
   * Stores the waiting samples; resolves to whether the database accepted all of them. Never
   * rejects.
   */
  flush(): Promise<boolean> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write(): Promise<boolean> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.slice(0, BATCH_MAX);
        await this.repository.store(batch);
        const stored = new Set(batch);
        this.#waiting = this.#waiting.filter((sample) => !stored.has(sample));
      }
      return true;
    } catch (err) {
      this.#log.warn({ err }, 'statistics could not be stored; retrying');
      return false;
    }
  }
}
