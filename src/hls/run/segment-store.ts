import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../common/logger.js';
import { BroadcastFiles } from './broadcast-files.js';

/**
 * Writes and removals at a time, over all broadcasts. A disk that hangs holds that many of the four
 * threads that Node has for files: what else needs those goes on.
 */
const JOBS_AT_A_TIME = 2;

/** Where segments are kept: one folder for each broadcast. One for the whole process. */
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
   * Makes the folder `hls` under the data folder, without what an earlier process left in it.
   *
   * @param dataDir `:memory:` for a folder that is gone after {@link close}
   * @throws when the folder can't be made
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

  /** What is on the disk, over all broadcasts. */
  get diskBytes(): number {
    return [...this.#broadcasts].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Requests that wait, over all broadcasts. */
  get waiting(): number {
    return [...this.#broadcasts].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** What is in memory, over all broadcasts. */
  get memoryBytes(): number {
    return [...this.#broadcasts].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  /**
   * The files of one broadcast.
   * @param maxBytes what they may take; above it the oldest go
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

  /** Removes everything, if it was to be kept for this process only. */
  async close(): Promise<void> {
    // Again when a file comes meanwhile, that was being written.
    if (this.#isTemporary) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #run<T>(job: () => Promise<T>): Promise<T> {
    // Each broadcast has one job at a time, so no more wait than there are broadcasts.
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
