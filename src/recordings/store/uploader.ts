import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../common/logger.js';
import type { FolderStore } from './folder-store.js';
import type { RecordingStore } from './recording-store.js';

const UPLOADS_AT_ONCE = 4;
/** The delay before the first retry of a failed upload; it grows with every consecutive failure. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 15_000;
const SETTLED_EVERY_MS = 1_000;
/** How long a shutdown waits for active uploads. */
const STOP_MS = 2_000;

type Options = Readonly<{
  spool: FolderStore;
  remote: RecordingStore;
  log: Log;
  /** Whether a file stays in the folder after its upload. */
  stays: (key: string) => boolean;
  random?: () => number;
}>;

type Waiting = Readonly<{
  bytes: number;
  /** The position in the order in which files were added. */
  number: number;
}>;

/** Matches the recording or clip in a key: `ID` or `clips/ID`. */
const RECORDING = /^(?:clips\/)?[^/]+/;

/**
 * Uploads a folder's files to a remote store, oldest first, and removes each once it is uploaded.
 * Retries at growing intervals while the store is unreachable. Nothing is lost in a crash, because
 * all files in the folder are uploaded again. Files that stay in the folder are journals. A journal
 * is uploaded with the size that it had when it was added, and only after all files that its
 * recording contained at that time. Every file that it names is therefore in the store.
 */
export class Uploader {
  readonly #options: Options;
  /**
   * By key. The number of files is bounded by the folder's size limit; each takes about 200 bytes
   * of memory.
   */
  readonly #waiting = new Map<string, Waiting>();
  /** The positions of the waiting files other than journals, by recording, in order. */
  readonly #media = new Map<string, Set<number>>();
  #lastNumber = 0;
  readonly #active = new Map<string, Promise<void>>();
  #waitingBytes = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The files that are waiting or being uploaded. */
  get waiting(): Readonly<{ files: number; bytes: number }> {
    return { files: this.#waiting.size, bytes: this.#waitingBytes };
  }

  /** Whether the latest upload succeeded. */
  get isUp(): boolean {
    return this.#failures === 0;
  }

  /** Uploads files that an earlier process left in the folder. */
  async resume(): Promise<void> {
    const { spool, stays, log } = this.#options;
    for (const key of await spool.list('')) {
      if (stays(key)) continue;
      const bytes = await spool.head(key);
      if (bytes !== null) this.add(key, bytes);
    }
    if (this.#waiting.size > 0) log.info(this.waiting, 'resuming uploads of recordings');
  }

  /** Uploads the file of a key. Adding a key again uploads it again. */
  add(key: string, bytes: number): void {
    this.#drop(key);
    this.#lastNumber += 1;
    this.#waiting.set(key, { bytes, number: this.#lastNumber });
    this.#waitingBytes += bytes;
    if (!this.#options.stays(key)) {
      const name = recordingOf(key);
      this.#media.set(name, (this.#media.get(name) ?? new Set()).add(this.#lastNumber));
    }
    this.#pump();
  }

  /** Resolves when all files whose keys have a prefix are uploaded. */
  async settled(prefix: string): Promise<void> {
    while (!this.#stopped && [...this.#waiting.keys()].some((key) => key.startsWith(prefix)))
      await pause(SETTLED_EVERY_MS, undefined, { ref: false });
  }

  /**
   * Cancels the uploads of files whose keys have a prefix. Resolves when none of them is active.
   */
  async forget(prefix: string): Promise<void> {
    for (const key of this.#waiting.keys()) if (key.startsWith(prefix)) this.#drop(key);
    const active = [...this.#active].filter(([key]) => key.startsWith(prefix));
    await Promise.all(active.map(([, upload]) => upload));
  }

  /** Stops uploading. The remaining files are uploaded after the next startup. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.race([
      Promise.all(this.#active.values()),
      pause(STOP_MS, undefined, { ref: false }),
    ]);
    if (this.#waiting.size > 0)
      this.#options.log.info(
        this.waiting,
        'remaining recordings will be uploaded after the next startup',
      );
  }

  #drop(key: string): void {
    const known = this.#waiting.get(key);
    if (!known) return;
    this.#waitingBytes -= known.bytes;
    this.#waiting.delete(key);
    const media = this.#media.get(recordingOf(key));
    if (media?.delete(known.number) === true && media.size === 0)
      this.#media.delete(recordingOf(key));
  }

  /** Whether everything that a journal names is uploaded. */
  #isDue(key: string, { number }: Waiting): boolean {
    if (!this.#options.stays(key)) return true;
    const [oldest] = this.#media.get(recordingOf(key)) ?? [];
    return oldest === undefined || oldest > number;
  }

  #pump(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    // After a failure, one upload at a time suffices to detect recovery.
    const most = this.#failures === 0 ? UPLOADS_AT_ONCE : 1;
    for (const [key, waiting] of this.#waiting) {
      if (this.#active.size >= most) return;
      if (!this.#active.has(key) && this.#isDue(key, waiting)) this.#begin(key, waiting);
    }
  }

  #begin(key: string, waiting: Waiting): void {
    const upload = this.#upload(key, waiting.bytes)
      .then(() => {
        // A file that was replaced in the meantime is uploaded again.
        if (this.#waiting.get(key)?.number === waiting.number) this.#drop(key);
        this.#succeeded();
      })
      .catch((error: unknown) => this.#failed(key, error))
      .finally(() => {
        this.#active.delete(key);
        this.#pump();
      });
    this.#active.set(key, upload);
  }

  async #upload(key: string, bytes: number): Promise<void> {
    const { spool, remote, stays } = this.#options;
    // The file was deleted in the meantime.
    if ((await spool.head(key)) === null) return;
    const path = spool.pathOf(key);
    if (stays(key)) return remote.put(key, path, bytes);
    await remote.put(key, path);
    await rm(path, { force: true });
  }

  #succeeded(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#options.log.info(this.waiting, 'recordings are being uploaded again');
  }

  #failed(key: string, error: unknown): void {
    this.#failures += 1;
    // A file that can't be uploaded must not block the others.
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      this.#waiting.delete(key);
      this.#waiting.set(key, waiting);
    }
    if (this.#failures === 1) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      this.#options.log.warn(
        { reason, ...this.waiting },
        'recordings can’t be uploaded and remain in the data folder; check S3_ENDPOINT, S3_BUCKET and the keys',
      );
    }
    this.#pauseAWhile();
  }

  #pauseAWhile(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    const { random = Math.random } = this.#options;
    const longestMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (this.#failures - 1));
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#pump();
      },
      longestMs * (0.5 + random() / 2),
    );
    this.#timer.unref();
  }
}

const recordingOf = (key: string): string => RECORDING.exec(key)?.[0] ?? '';
