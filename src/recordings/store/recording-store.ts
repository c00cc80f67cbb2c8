import type { Readable } from 'node:stream';

/** A range of bytes, both ends included. */
export type StoredRange = Readonly<{ first: number; last: number }>;

/**
 * Storage for recordings. Keys are paths that we generate: names and numbers separated by slashes.
 * All methods reject with a system or network error when the storage is unreachable or full.
 */
export interface RecordingStore {
  /** Stores the current content of a local file under a key. The caller removes the file. */
  put(key: string, localPath: string): Promise<void>;
  /** Copies a key; either can be deleted independently. Rejects if the source does not exist. */
  copy(fromKey: string, toKey: string): Promise<void>;
  /** Reads a key or a range of it; null if it does not exist. */
  get(key: string, range?: StoredRange): Promise<Readable | null>;
  /** The size of a key, bytes; null if it does not exist. */
  head(key: string): Promise<number | null>;
  /** Lists the keys with a prefix. */
  list(prefix: string): Promise<string[]>;
  /** Deletes all keys with a prefix; does nothing if there are none. */
  deleteAll(prefix: string): Promise<void>;
}
