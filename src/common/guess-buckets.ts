import { type Rate, TokenBucket } from './token-bucket.js';

/** The number of keys above which full buckets are swept. */
const SWEEP_FROM = 1_000;
/**
 * The retry delay while the guesses that took the tokens are still being checked, in milliseconds.
 */
const CHECKING_RETRY_MS = 1_000;
/** The retry delay if no more keys can be stored, in milliseconds. */
const FULL_RETRY_MS = 60_000;

/** The bucket of one key, and the number of the key's guesses that are being checked. */
type Entry = { readonly bucket: TokenBucket; checking: number };

/**
 * The buckets for one kind of key. A bucket is dropped when it is full, which takes at most `burst
 * / perSecond` seconds. When there are `max` keys, the oldest buckets that have tokens left are
 * evicted, but never one that blocks.
 */
export class GuessBuckets {
  readonly #rate: Rate;
  readonly #max: number;
  /** Entries by key, least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #sweepAt = SWEEP_FROM;

  /** @param max the maximum number of keys */
  constructor(rate: Rate, max: number) {
    this.#rate = rate;
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Returns the number of milliseconds until this key has a token; 0 if it has one. */
  waitMs(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#makeRoom(nowMs) ? 0 : FULL_RETRY_MS;
    const waitMs = entry.bucket.waitMs(nowMs);
    // If a guess that is still being checked is right, its token is returned.
    return entry.checking > 0 ? Math.min(waitMs, CHECKING_RETRY_MS) : waitMs;
  }

  /**
   * Takes a token if one is available. The returned function must be called after the check, with
   * true if the guess was wrong.
   */
  take(key: string, nowMs: number): (isWrong: boolean) => void {
    const entry = this.#entries.get(key) ?? this.#add(key, nowMs);
    if (entry === null || entry.bucket.take(nowMs) > 0) return () => undefined;
    entry.checking += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return (isWrong) => {
      entry.checking -= 1;
      if (!isWrong) entry.bucket.refund();
    };
  }

  #add(key: string, nowMs: number): Entry | null {
    if (!this.#makeRoom(nowMs)) return null;
    const entry = { bucket: new TokenBucket(this.#rate, nowMs), checking: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Makes room for another key; returns false if all buckets block. */
  #makeRoom(nowMs: number): boolean {
    if (this.#entries.size >= Math.min(this.#sweepAt, this.#max)) this.#sweep(nowMs);
    if (this.#entries.size < this.#max) return true;
    for (const [key, { bucket, checking }] of this.#entries) {
      if (this.#entries.size <= this.#max / 2) break;
      if (checking === 0 && bucket.waitMs(nowMs) === 0) this.#entries.delete(key);
    }
    return this.#entries.size < this.#max;
  }

  #sweep(nowMs: number): void {
    for (const [key, { bucket, checking }] of this.#entries)
      if (checking === 0 && bucket.isFull(nowMs)) this.#entries.delete(key);
    // The next sweep is due at twice the remaining number of keys, which keeps the cost per guess
    // small.
    this.#sweepAt = Math.max(SWEEP_FROM, this.#entries.size * 2);
  }
}
