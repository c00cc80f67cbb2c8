import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { ClipRepository } from './clips/clip.repository.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** How often what is too old is looked for. */
const EVERY_MS = 10 * 60_000;
/** Files are there before their row is: so long, milliseconds, they are given. */
const SETTLED_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Deletes the recordings that their channels' owners don't want to stay. */
@Injectable()
export class RecordingRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;

  // oxlint-disable-next-line max-params -- Nest's injection: what is kept where, the clock and the log.
  constructor(
    private readonly repository: RecordingRepository,
    private readonly recordings: RecordingService,
    private readonly clips: ClipRepository,
    private readonly files: RecordingFiles,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
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
    if (deleted > 0) this.#log.info({ recordings: deleted }, 'old recordings were deleted');
    return deleted;
  }

  /** What rows are gone of: with a channel goes what is stored of it, and a crash may have left a clip's files. */
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
