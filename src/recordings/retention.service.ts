import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** How often what is too old is looked for. */
const EVERY_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

/** Deletes the recordings that their channels' owners don't want to stay. */
@Injectable()
export class RecordingRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #repository: RecordingRepository;
  readonly #recordings: RecordingService;
  readonly #clock: Clock;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    repository: RecordingRepository,
    recordings: RecordingService,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#repository = repository;
    this.#recordings = recordings;
    this.#clock = clock;
    this.#log = log.child({ part: 'recordings' });
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.sweep().catch((err: unknown) =>
        this.#log.warn({ err }, 'old recordings could not be deleted: tried again later'),
      );
    }, EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** Deletes all that is to go now. Resolves with how many there were. */
  async sweep(): Promise<number> {
    const nowMs = this.#clock.nowMs();
    let deleted = 0;
    for (const { channelId, keepDays, keepLast } of await this.#repository.limited()) {
      const before = keepDays === null ? null : new Date(nowMs - keepDays * DAY_MS);
      for (const id of await this.#repository.excess(channelId, { before, keepLast })) {
        await this.#recordings.remove(id);
        deleted += 1;
      }
    }
    if (deleted > 0) this.#log.info({ recordings: deleted }, 'old recordings were deleted');
    return deleted;
  }
}
