import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from '../../common/logger.js';
import { SerialQueue } from '../../common/serial-queue.js';

/** Writes that wait for the disk; more are refused: it is too slow for what is sent. */
const WRITES_WAITING_MAX = 4_096;
/** Removals wait as well, one for each file there is at most. */
const JOBS_WAITING_MAX = 1_000_000;

/** Who keeps files here, and lets the oldest go when there is no room. */
export interface FilesOwner {
  /** Forgets its oldest file that it can do without, and removes it; false: there is none. */
  dropOldest(): boolean;
  /** What of it is in memory, bytes. */
  readonly memoryBytes: number;
  /** Requests that wait for something of it. */
  readonly waiting: number;
}

type Options = Readonly<{
  folder: string;
  maxBytes: number;
  log: Log;
  /** Runs a job when it is this broadcast's turn. */
  run: <T>(job: () => Promise<T>) => Promise<T>;
  onClosed: () => void;
}>;

/** One broadcast's files, within a bound of space. Paths are relative, and made of names and numbers that we chose. */
export class BroadcastFiles {
  readonly #options: Options;
  /** Oldest first. */
  readonly #owners: FilesOwner[] = [];
  readonly #sizes = new Map<string, number>();
  readonly #folders = new Set<string>();
  /** One after another, so that nothing is written into what is being removed. */
  readonly #queue = new SerialQueue(JOBS_WAITING_MAX);
  #bytes = 0;
  #isFailing = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What its files take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What its owners have in memory, bytes. */
  get memoryBytes(): number {
    return this.#owners.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  /** Requests that wait for something of its owners. */
  get waiting(): number {
    return this.#owners.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  addOwner(owner: FilesOwner): void {
    this.#owners.push(owner);
  }

  removeOwner(owner: FilesOwner): void {
    const at = this.#owners.indexOf(owner);
    if (at !== -1) this.#owners.splice(at, 1);
  }

  /**
   * Writes a file, after making room for it. Resolves with false when that failed: said in the log
   * once, until it works again.
   *
   * @param take gives the bytes when it is the file's turn; null: no longer wanted
   */
  async write(path: string, size: number, take: () => Uint8Array | null): Promise<boolean> {
    if (this.#closed) return false;
    try {
      if (this.#queue.size >= WRITES_WAITING_MAX) throw new Error('the disk is too slow');
      this.#makeRoom(size);
      this.#count(path, size);
      const written = await this.#run(() => this.#write(path, take()));
      if (!written) this.#uncount(path);
      else if (this.#isFailing) this.#recovered();
      return written && !this.#closed;
    } catch (error) {
      this.#uncount(path);
      this.#failed(error);
      return false;
    }
  }

  /** A file to read, or null when it isn't there (any more). */
  async read(path: string): Promise<FileHandle | null> {
    try {
      return await open(join(this.#options.folder, path));
    } catch (error) {
      this.#options.log.debug({ path, reason: String(error) }, 'a segment can’t be read');
      return null;
    }
  }

  /** Where a file is. */
  locate(path: string): string {
    return join(this.#options.folder, path);
  }

  /** Resolves when all that was to be written and removed until now is. */
  async settled(): Promise<void> {
    await this.#queue.run(() => Promise.resolve());
  }

  remove(path: string): void {
    if (!this.#uncount(path)) return;
    this.#remove(path);
  }

  /** Removes a folder with all that is in it. */
  removeAll(folder: string): void {
    for (const path of this.#sizes.keys()) if (path.startsWith(`${folder}/`)) this.#uncount(path);
    for (const one of this.#folders)
      if (`${one}/`.startsWith(`${folder}/`)) this.#folders.delete(one);
    this.#remove(folder);
  }

  /** Removes everything. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sizes.clear();
    this.#bytes = 0;
    this.#remove('.');
    this.#options.onClosed();
  }

  async #write(path: string, bytes: Uint8Array | null): Promise<boolean> {
    if (bytes === null || this.#closed || !this.#sizes.has(path)) return false;
    const file = join(this.#options.folder, path);
    const folder = dirname(path);
    if (!this.#folders.has(folder)) {
      await mkdir(dirname(file), { recursive: true });
      this.#folders.add(folder);
    }
    try {
      await writeFile(file, bytes);
    } catch (error) {
      this.#folders.delete(folder);
      await rm(file, { force: true });
      throw error;
    }
    // False: forgotten while it was being written; its removal waits in the queue.
    return this.#sizes.has(path);
  }

  #makeRoom(size: number): void {
    const { maxBytes } = this.#options;
    while (this.#bytes + size > maxBytes)
      if (!this.#owners.some((owner) => owner.dropOldest()))
        throw new Error(`its segments would take more than ${maxBytes} bytes (HLS_DISK_MB)`);
  }

  #count(path: string, size: number): void {
    this.#uncount(path);
    this.#sizes.set(path, size);
    this.#bytes += size;
  }

  /** False: nothing was counted for it. */
  #uncount(path: string): boolean {
    const size = this.#sizes.get(path);
    if (size === undefined) return false;
    this.#sizes.delete(path);
    this.#bytes -= size;
    return true;
  }

  #remove(path: string): void {
    const file = join(this.#options.folder, path);
    // What stays is removed at the next start at the latest.
    this.#run(() => rm(file, { recursive: true, force: true })).catch((error: unknown) =>
      this.#options.log.debug({ path, reason: String(error) }, 'a segment can’t be removed'),
    );
  }

  #run<T>(job: () => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#options.run(job));
  }

  #failed(error: unknown): void {
    if (this.#isFailing || this.#closed) return;
    this.#isFailing = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.warn(
      { reason },
      'segments can’t be written to the disk: live playback goes on, rewinding is cut short',
    );
  }

  #recovered(): void {
    this.#isFailing = false;
    this.#options.log.info('segments are written to the disk again');
  }
}
