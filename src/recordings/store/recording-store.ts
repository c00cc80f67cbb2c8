import type { Readable } from 'node:stream';

/** Bytes from the first to the last, both included. */
export type StoredRange = Readonly<{ first: number; last: number }>;

/**
 * Where recordings are kept. Keys are paths of our own making: names and numbers between slashes. Everything
 * rejects with a system's or a network's error when the place can't be reached or is full.
 */
export interface RecordingStore {
  /** Takes what a local file has now, under a key; the file is the caller's to remove. */
  put(key: string, localPath: string): Promise<void>;
  /** Gives what is under one key another one besides: each goes by itself. Rejects when there is nothing. */
  copy(fromKey: string, toKey: string): Promise<void>;
  /** What is under a key, or a part of it; null: nothing is. */
  get(key: string, range?: StoredRange): Promise<Readable | null>;
  /** How many bytes are under a key; null: nothing is. */
  head(key: string): Promise<number | null>;
  /** The keys that begin so. */
  list(prefix: string): Promise<string[]>;
  /** Removes all that begins so; nothing there is fine. */
  deleteAll(prefix: string): Promise<void>;
}
