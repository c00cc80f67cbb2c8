import { statfs } from 'node:fs/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** How often is looked how much there is. */
const EVERY_MS = 15_000;
/** Deleted at a time; then it is looked again. */
const DELETED_MAX = 20;

/**
 * How much room recordings have: what they may take altogether, and what is to be left free on the disk, which the
 * database and live playback need. Where they take more than they may, the oldest go first, but for those that are kept
 * for good; when that is not enough, or the disk is nearly full, or too much waits to be uploaded, nothing more is
 * recorded until there is room. Between two
 * looks recordings may go over their bound.
 */
@Injectable()
export class RecordingSpace implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #repository: RecordingRepository;
  readonly #recordings: RecordingService;
  readonly #files: RecordingFiles;
  readonly #limits: Config['recordings'];
  readonly #log: Log;
  /** What each that is being recorded takes. */
  readonly #growing = new Map<string, number>();
  #finishedBytes = 0;
  #isDiskFull = false;
  #isSpoolFull = false;
  #isFull = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    repository: RecordingRepository,
    recordings: RecordingService,
    files: RecordingFiles,
    @Inject(CONFIG) config: Config,
    @Inject(LOG) log: Log,
  ) {
    this.#repository = repository;
    this.#recordings = recordings;
    this.#files = files;
    this.#limits = config.recordings;
    this.#log = log.child({ part: 'recordings' });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => {
      this.look().catch((err: unknown) =>
        this.#log.warn({ err }, 'how much recordings take could not be found out'),
      );
    }, EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** More may be recorded. */
  get hasRoom(): boolean {
    return !this.#isFull;
  }

  /** What recordings and clips take, with what is being recorded. */
  get takenBytes(): number {
    return this.#finishedBytes + [...this.#growing.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** What is the matter with keeping recordings, in words; empty when all is well. */
  get problems(): string[] {
    const spool = this.#files.spool;
    return [
      ...(this.#isFull ? ['there is no room for recordings: nothing is recorded'] : []),
      ...(spool?.isUp === false
        ? [
            `the bucket can’t be reached: ${Math.round(spool.bytes / 1_000_000)} MB of recordings wait`,
          ]
        : []),
    ];
  }

  /** A recording that is going on takes so much more. */
  add(id: string, bytes: number): void {
    this.#growing.set(id, (this.#growing.get(id) ?? 0) + bytes);
  }

  /** It is finished, or gone. */
  forget(id: string): void {
    this.#finishedBytes += this.#growing.get(id) ?? 0;
    this.#growing.delete(id);
  }

  /** Finds out how much there is, and makes room where that is possible. */
  async look(): Promise<void> {
    this.#isDiskFull = (await this.#freeBytes()) < this.#limits.minFreeBytes;
    await this.#weigh();
    if (this.takenBytes >= this.#maxBytes) await this.#makeRoom();
    const spool = this.#files.spool;
    this.#isSpoolFull = spool !== null && spool.bytes >= spool.maxBytes;
    this.#setFull(this.#isDiskFull || this.#isSpoolFull || this.takenBytes >= this.#maxBytes);
  }

  get #maxBytes(): number {
    return this.#limits.maxBytes ?? Number.POSITIVE_INFINITY;
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(await this.#files.ensureFolder());
    return bavail * bsize;
  }

  async #makeRoom(): Promise<void> {
    let over = this.takenBytes - this.#maxBytes;
    for (const { id, bytes } of await this.#repository.oldest(DELETED_MAX)) {
      if (over < 0) break;
      await this.#recordings.remove(id);
      over -= bytes;
      this.#log.info(
        { broadcastId: id, bytes },
        'a recording was deleted: they take too much room',
      );
    }
    await this.#weigh();
  }

  async #weigh(): Promise<void> {
    // One that has just been finished counts once.
    this.#finishedBytes = await this.#repository.takenBytes([...this.#growing.keys()]);
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    const { takenBytes } = this;
    const about = { takenBytes, isDiskFull: this.#isDiskFull, isSpoolFull: this.#isSpoolFull };
    if (isFull) this.#log.warn(about, 'there is no room for recordings: nothing more is recorded');
    else this.#log.info(about, 'there is room for recordings again');
  }
}
