import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { Jobs } from '../db/jobs.js';
import { ClipRepository } from './clips/clip.repository.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** The interval between sweeps. */
const EVERY_MS = 10 * 60_000;
/**
 * The minimum age at which files without a database row are deleted, in milliseconds. Younger files
 * may belong to a row that hasn't been written yet.
 */
const SETTLED_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Deletes recordings that are due for deletion according to their channel's retention settings. */
@Injectable()
export class RecordingRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log: Log;
  #stop: () => void = () => undefined;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly repository: RecordingRepository,
    private readonly recordings: RecordingService,
    private readonly clips: ClipRepository,
    private readonly files: RecordingFiles,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'recordings' });
  }

  onApplicationBootstrap(): void {
    this.#stop = this.jobs.every({
      name: 'recording-retention',
      everyMs: EVERY_MS,
      work: () => this.sweep(),
      log: this.#log,
    });
  }

  onApplicationShutdown(): void {
    this.#stop();
  }

  /**
   * Deletes everything that is due. Resolves with the number of deleted recordings, and the number
   * of recordings and clips whose files had no database row.
   */
  async sweep(nowMs = this.clock.nowMs()): Promise<number> {
    let deleted = 0;
    for (const { channelId, keepDays, keepLast } of await this.repository.limited()) {
      const before = keepDays === null ? null : new Date(nowMs - keepDays * DAY_MS);
      for (const id of await this.repository.excess(channelId, { before, keepLast })) {
        await this.recordings.remove(id);
        deleted += 1;
      }
    }
    deleted += await this.#sweepOrphans(nowMs);
    if (deleted > 0) this.#log.info({ recordings: deleted }, 'old recordings deleted');
    return deleted;
  }

  /**
   * Deletes files without a database row: those from deleted channels, and those of clips whose
   * creation was interrupted by a crash.
   */
  async #sweepOrphans(nowMs: number): Promise<number> {
    const { recordings, clips } = await this.files.journals.keys(new Date(nowMs - SETTLED_MS));
    const known = new Set((await this.repository.findAll(recordings)).map(({ id }) => id));
    const knownClips = await this.clips.known(clips);
    const orphans = [
      ...recordings.filter((id) => !known.has(id)),
      ...clips.filter((id) => !knownClips.has(id)).map((id) => `clips/${id}`),
    ];
    for (const key of orphans) await this.files.delete(key);
    return orphans.length;
  }
}
