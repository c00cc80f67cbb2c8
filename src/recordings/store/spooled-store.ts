import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { DomainError } from '../../common/domain-error.js';
import type { FolderStore } from './folder-store.js';
import type { RecordingStore, StoredRange } from './recording-store.js';
import type { Uploader } from './uploader.js';

const RETRY_MS = 5_000;

/**
 * Stores recordings in a local folder first, then uploads them to a remote store. Every file stays
 * in the folder until it is uploaded, so recording never waits for the network. Files that are in
 * the folder at startup have yet to be uploaded.
 */
export class SpooledStore implements RecordingStore {
  readonly #spool: FolderStore;
  readonly #remote: RecordingStore;
  readonly #uploader: Uploader;

  constructor(spool: FolderStore, remote: RecordingStore, uploader: Uploader) {
    this.#spool = spool;
    this.#remote = remote;
    this.#uploader = uploader;
  }

  async put(key: string, localPath: string): Promise<void> {
    await this.#spool.put(key, localPath);
    await this.#added(key);
  }

  async copy(fromKey: string, toKey: string): Promise<void> {
    try {
      await this.#spool.copy(fromKey, toKey);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return this.#ask(() => this.#remote.copy(fromKey, toKey));
    }
    await this.#added(toKey);
  }

  /** @throws {DomainError} `unavailable` while the remote store is unreachable */
  async get(key: string, range?: StoredRange): Promise<Readable | null> {
    return (await this.#spool.get(key, range)) ?? this.#ask(() => this.#remote.get(key, range));
  }

  /** @throws {DomainError} `unavailable` while the remote store is unreachable */
  async head(key: string): Promise<number | null> {
    return (await this.#spool.head(key)) ?? this.#ask(() => this.#remote.head(key));
  }

  async list(prefix: string): Promise<string[]> {
    const [near, far] = await Promise.all([this.#spool.list(prefix), this.#remote.list(prefix)]);
    return [...new Set([...near, ...far])].toSorted();
  }

  /**
   * Deletes from the folder last, because a file that remains there tells the next sweep that
   * something is left to delete.
   */
  async deleteAll(prefix: string): Promise<void> {
    await this.#uploader.forget(prefix);
    await this.#remote.deleteAll(prefix);
    await this.#spool.deleteAll(prefix);
  }

  async #added(key: string): Promise<void> {
    const { size } = await stat(this.#spool.pathOf(key));
    this.#uploader.add(key, size);
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new DomainError(
        'unavailable',
        'The storage for recordings is unreachable. Try again in a moment.',
        { cause, retryAfterMs: RETRY_MS },
      );
    }
  }
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
