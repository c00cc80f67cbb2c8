import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../common/logger.js';
import type { FolderStore } from './folder-store.js';
import type { RecordingStore } from './recording-store.js';

const UPLOADS_AT_ONCE = 4;
/** Between an upload that failed and the next try, growing with every failure in a row. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 15_000;
/** How long a stop waits for what is under way. */
const STOP_MS = 2_000;

type Options = Readonly<{
  spool: FolderStore;
  remote: RecordingStore;
  log: Log;
  /** Of a recording's files: stays in the folder when the other store has it. */
  stays: (key: string) => boolean;
  random?: () => number;
}>;

/**
 * Brings what is in a folder to a store over the network, oldest first, and removes it from the folder when it is
 * there. While the store is away it tries again, at growing intervals. Nothing is lost by a crash: what is in the
 * folder is uploaded again.
 */
export class Uploader {
  readonly #options: Options;
  /** Bytes by key. Bounded by the room that the folder may take: some 200 bytes of memory for each file. */
  readonly #waiting = new Map<string, number>();
  readonly #active = new Map<string, Promise<void>>();
  #waitingBytes = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What waits, or is under way. */
  get waiting(): Readonly<{ files: number; bytes: number }> {
    return { files: this.#waiting.size, bytes: this.#waitingBytes };
  }

  /** The latest upload went through. */
  get isUp(): boolean {
    return this.#failures === 0;
  }

  /** Uploads what an earlier process left in the folder. */
  async resume(): Promise<void> {
    const { spool, stays, log } = this.#options;
    for (const key of await spool.list('')) {
      if (stays(key)) continue;
      const bytes = await spool.head(key);
      if (bytes !== null) this.add(key, bytes);
    }
    if (this.#waiting.size > 0) log.info(this.waiting, 'uploads of recordings are resumed');
  }

  /** Uploads what is in the folder under a key. The same key again is uploaded again. */
  add(key: string, bytes: number): void {
    this.#drop(key);
    this.#waiting.set(key, bytes);
    this.#waitingBytes += bytes;
    this.#pump();
  }

  /** Uploads no more of what begins so. Resolves when nothing of it is under way. */
  async forget(prefix: string): Promise<void> {
    for (const key of this.#waiting.keys()) if (key.startsWith(prefix)) this.#drop(key);
    const active = [...this.#active].filter(([key]) => key.startsWith(prefix));
    await Promise.all(active.map(([, upload]) => upload));
  }

  /** Ends. What is not uploaded is, after the next start. */
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
    // While it fails, one is enough to find out whether it works again.
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
        // What was put again meanwhile is uploaded again.
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
    // Deleted meanwhile.
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
    // One that can't be uploaded holds up no other.
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
