import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../common/logger.js';
import { BroadcastFiles } from './broadcast-files.js';

/**
 * The maximum number of concurrent writes and removals for all broadcasts together. If the disk
 * hangs, at most this many of the four threads in Node's pool are blocked, and the others remain
 * available.
 */
const JOBS_AT_A_TIME = 2;

/** Stores segments in one folder per broadcast. There is one instance per process. */
export class SegmentStore {
  readonly folder: string;
  readonly #isTemporary: boolean;
  readonly #broadcasts = new Set<BroadcastFiles>();
  readonly #waiting: (() => void)[] = [];
  readonly #log: Log;
  #running = 0;

  private constructor(folder: string, { isTemporary, log }: { isTemporary: boolean; log: Log }) {
    this.folder = folder;
    this.#isTemporary = isTemporary;
    this.#log = log;
  }

  /**
   * Creates the folder `hls` in the data folder, and deletes any contents left by an earlier
   * process.
   * @param dataDir `:memory:` for a temporary folder that {@link close} removes
   * @throws if the folder cannot be created
   */
  static async create({ dataDir, log }: { dataDir: string; log: Log }): Promise<SegmentStore> {
    if (dataDir === ':memory:') {
      const folder = await mkdtemp(join(tmpdir(), 'onair-hls-'));
      return new SegmentStore(folder, { isTemporary: true, log });
    }
    const folder = join(dataDir, 'hls');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return new SegmentStore(folder, { isTemporary: false, log });
  }

  /** The size of files on disk, for all broadcasts together. */
  get diskBytes(): number {
    return [...this.#broadcasts].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The number of waiting requests, for all broadcasts together. */
  get waiting(): number {
    return [...this.#broadcasts].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** The size of data in memory, for all broadcasts together. */
  get memoryBytes(): number {
    return [...this.#broadcasts].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  /**
   * Opens the files of one broadcast.
   * @param maxBytes the maximum total size; beyond it, the oldest files are removed
   */
  open(broadcastId: string, maxBytes: number): BroadcastFiles {
    const files = new BroadcastFiles({
      folder: join(this.folder, broadcastId),
      maxBytes,
      log: this.#log.child({ broadcastId }),
      run: (job) => this.#run(job),
      onClosed: () => void this.#broadcasts.delete(files),
    });
    this.#broadcasts.add(files);
    return files;
  }

  /** Removes everything if the folder is temporary. */
  async close(): Promise<void> {
    // Retries if a file that is still being written appears in the meantime.
    if (this.#isTemporary) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #run<T>(job: () => Promise<T>): Promise<T> {
    // Each broadcast has one job at a time, so the queue holds at most one job per broadcast.
    if (this.#running < JOBS_AT_A_TIME) this.#running += 1;
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
