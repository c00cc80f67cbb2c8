import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from '../../common/logger.js';
import { SerialQueue } from '../../common/serial-queue.js';

/**
 * The maximum number of pending writes. Further writes are rejected, because the disk can't keep
 * up.
 */
const WRITES_WAITING_MAX = 4_096;
/**
 * The maximum number of pending jobs. They include removals, of which there is at most one per
 * file.
 */
const JOBS_WAITING_MAX = 1_000_000;

/** An owner of files that can drop its oldest ones to free space. */
export interface FilesOwner {
  /** Removes the oldest file that is no longer needed; returns false if no such file exists. */
  dropOldest(): boolean;
  /** The size of the owner's data in memory, in bytes. */
  readonly memoryBytes: number;
  /** The number of requests waiting for the owner's media. */
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

/**
 * The files of one broadcast, up to a maximum total size. Paths are relative, and consist of names
 * and numbers that the server chose.
 */
export class BroadcastFiles {
  readonly #options: Options;
  /** Oldest first. */
  readonly #owners: FilesOwner[] = [];
  readonly #sizes = new Map<string, number>();
  readonly #folders = new Set<string>();
  /**
   * Runs jobs in order, to prevent a file from being written into a folder that is being removed.
   */
  readonly #queue = new SerialQueue(JOBS_WAITING_MAX);
  #bytes = 0;
  #isFailing = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The total size of the files. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The size of all owners' data in memory, in bytes. */
  get memoryBytes(): number {
    return this.#owners.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  /** The number of requests waiting for the owners' media. */
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
   * Makes room for a file and writes it. Resolves to false if the write fails; only the first of
   * consecutive failures is logged.
   * @param take returns the bytes when it is the file's turn, or null if the file is no longer
   *   needed
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

  /** Opens a file for reading; resolves to null if it does not exist or has been removed. */
  async read(path: string): Promise<FileHandle | null> {
    try {
      return await open(join(this.#options.folder, path));
    } catch (error) {
      this.#options.log.debug({ path, reason: String(error) }, 'segment could not be read');
      return null;
    }
  }

  /** Returns the path of a file on disk. */
  locate(path: string): string {
    return join(this.#options.folder, path);
  }

  /** Resolves when all pending writes and removals are done. */
  async settled(): Promise<void> {
    await this.#queue.run(() => Promise.resolve());
  }

  remove(path: string): void {
    if (!this.#uncount(path)) return;
    this.#remove(path);
  }

  /** Removes a folder and its contents. */
  removeAll(folder: string): void {
    for (const path of this.#sizes.keys()) if (path.startsWith(`${folder}/`)) this.#uncount(path);
    for (const one of this.#folders)
      if (`${one}/`.startsWith(`${folder}/`)) this.#folders.delete(one);
    this.#remove(folder);
  }

  /** Removes all of the broadcast's files. */
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
    // The file may have been dropped while it was being written; its removal is then queued.
    return this.#sizes.has(path);
  }

  #makeRoom(size: number): void {
    const { maxBytes } = this.#options;
    while (this.#bytes + size > maxBytes)
      if (!this.#owners.some((owner) => owner.dropOldest()))
        throw new Error(`segments would exceed ${maxBytes} bytes (HLS_DISK_MB)`);
  }

  #count(path: string, size: number): void {
    this.#uncount(path);
    this.#sizes.set(path, size);
    this.#bytes += size;
  }

  /** Returns false if the file was not counted. */
  #uncount(path: string): boolean {
    const size = this.#sizes.get(path);
    if (size === undefined) return false;
    this.#sizes.delete(path);
    this.#bytes -= size;
    return true;
  }

  #remove(path: string): void {
    const file = join(this.#options.folder, path);
    // Files that could not be removed are removed at the next startup.
    this.#run(() => rm(file, { recursive: true, force: true })).catch((error: unknown) =>
      this.#options.log.debug({ path, reason: String(error) }, 'segment could not be removed'),
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
      'segments can’t be written to disk; live playback continues, but rewinding is limited',
    );
  }

  #recovered(): void {
    this.#isFailing = false;
    this.#options.log.info('segments are being written to disk again');
  }
}
