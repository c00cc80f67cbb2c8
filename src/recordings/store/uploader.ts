import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../common/logger.js';
import type { FolderStore } from './folder-store.js';
import type { RecordingStore } from './recording-store.js';

const UPLOADS_AT_ONCE = 4;
/** The delay before the retry of a failed upload; it grows with every consecutive failure. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 15_000;
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

/**
 * Uploads a folder's files to a remote store, oldest first, and removes each once it is uploaded.
 * Retries at growing intervals while the store is unreachable. A crash loses nothing: whatever is
 * in the folder is uploaded again.
 */
export class Uploader {
  readonly #options: Options;
  /** Bytes by key. Bounded by the folder's size limit: about 200 bytes of memory per file. */
  readonly #waiting = new Map<string, number>();
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
    if (this.#waiting.size > 0) log.info(this.waiting, 'uploads of recordings are resumed');
  }

  /** Uploads the file of a key. Adding a key again uploads it again. */
  add(key: string, bytes: number): void {
    this.#drop(key);
    this.#waiting.set(key, bytes);
    this.#waitingBytes += bytes;
    this.#pump();
  }

  /** Cancels the uploads of keys with a prefix. Resolves when none of them is active. */
  async forget(prefix: string): Promise<void> {
    for (const key of this.#waiting.keys()) if (key.startsWith(prefix)) this.#drop(key);
    const active = [...this.#active].filter(([key]) => key.startsWith(prefix));
    await Promise.all(active.map(([, upload]) => upload));
  }

  /** Stops. The remaining files are uploaded after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.race([
      Promise.all(this.#active.values()),
      pause(STOP_MS, undefined, { ref: false }),
    ]);
    if (this.#waiting.size > 0)
      this.#options.log.info(this.waiting, 'recordings wait to be uploaded after the next start');
  }

  #drop(key: string): void {
    this.#waitingBytes -= this.#waiting.get(key) ?? 0;
    this.#waiting.delete(key);
  }

  #pump(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    // After a failure, one upload at a time is enough to detect recovery.
    const most = this.#failures === 0 ? UPLOADS_AT_ONCE : 1;
    for (const key of this.#waiting.keys()) {
      if (this.#active.size >= most) return;
      if (!this.#active.has(key)) this.#begin(key);
    }
  }

  #begin(key: string): void {
    const bytes = this.#waiting.get(key);
    const upload = this.#upload(key)
      .then(() => {
        // A file that was replaced meanwhile is uploaded again.
        if (this.#waiting.get(key) === bytes) this.#drop(key);
        this.#succeeded();
      })
      .catch((error: unknown) => this.#failed(key, error))
      .finally(() => {
        this.#active.delete(key);
        this.#pump();
      });
    this.#active.set(key, upload);
  }

  async #upload(key: string): Promise<void> {
    const { spool, remote, stays } = this.#options;
    // It was deleted meanwhile.
    if ((await spool.head(key)) === null) return;
    const path = spool.pathOf(key);
    await remote.put(key, path);
    if (!stays(key)) await rm(path, { force: true });
  }

  #succeeded(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#options.log.info(this.waiting, 'recordings are uploaded again');
  }

  #failed(key: string, error: unknown): void {
    this.#failures += 1;
    // A file that can't be uploaded must not block the others.
    const bytes = this.#waiting.get(key);
    if (bytes !== undefined) {
      this.#waiting.delete(key);
      this.#waiting.set(key, bytes);
    }
    if (this.#failures === 1) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      this.#options.log.warn(
        { reason, ...this.waiting },
        'recordings can’t be uploaded: they wait in the data folder. Check S3_ENDPOINT, S3_BUCKET and the keys',
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
