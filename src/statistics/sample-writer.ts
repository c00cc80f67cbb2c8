import { Inject, Injectable } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import type { Sample } from './sample.js';
import { SampleRepository } from './sample.repository.js';

/** Samples that wait for the database; past this the oldest are lost. */
export const WAITING_MAX = 20_000;
/** So many go at once. */
const BATCH_MAX = 1_000;

/** Keeps samples until the database has them. Who counts waits for nothing. */
@Injectable()
export class SampleWriter {
  readonly #repository: SampleRepository;
  readonly #log: Log;
  #waiting: Sample[] = [];
  #writing: Promise<boolean> | null = null;

  constructor(repository: SampleRepository, @Inject(LOG) log: Log) {
    this.#repository = repository;
    this.#log = log.child({ part: 'statistics' });
  }

  put(sample: Sample): void {
    if (this.#waiting.length >= WAITING_MAX) {
      const lost = this.#waiting.length - WAITING_MAX + BATCH_MAX;
      this.#log.warn({ lost }, 'statistics wait too long for the database: the oldest are dropped');
      this.#waiting = this.#waiting.slice(lost);
    }
    this.#waiting.push(sample);
  }

  /** What waits of one broadcast. */
  of(broadcastId: string): Sample[] {
    return this.#waiting.filter((sample) => sample.broadcastId === broadcastId);
  }

  /** Stores what waits; resolves with whether the database took all of it. Never rejects. */
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
        await this.#repository.store(batch);
        const stored = new Set(batch);
        this.#waiting = this.#waiting.filter((sample) => !stored.has(sample));
      }
      return true;
    } catch (err) {
      this.#log.warn({ err }, 'statistics could not be stored: they are tried again');
      return false;
    }
  }
}
