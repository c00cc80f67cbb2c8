import { type Rate, TokenBucket } from './token-bucket.js';

/** The number of keys from which full buckets are swept. */
const SWEEP_FROM = 1_000;
/** The retry delay while guesses that block are being checked, milliseconds. */
const CHECKING_RETRY_MS = 1_000;
/** The retry delay when no more keys fit, milliseconds. */
const FULL_RETRY_MS = 60_000;

/** The bucket of one key, and how many of its guesses are being checked. */
type Entry = { readonly bucket: TokenBucket; checking: number };

/**
 * The buckets of one kind of key. A bucket is dropped once it is full, after up to `burst /
 * perSecond` seconds. At `max` keys the oldest with tokens left is evicted, never one that blocks.
 */
export class GuessBuckets {
  readonly #rate: Rate;
  readonly #max: number;
  /** Least recently used first. */
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

  /** The time until this key has a token, milliseconds; 0: it has one. */
  waitMs(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#makeRoom(nowMs) ? 0 : FULL_RETRY_MS;
    const waitMs = entry.bucket.waitMs(nowMs);
    // Guesses being checked may be right, and return their tokens.
    return entry.checking > 0 ? Math.min(waitMs, CHECKING_RETRY_MS) : waitMs;
  }

  /**
   * Takes a token if available. Call the returned function once it is known whether the guess was
   * wrong.
   */
  take(key: string, nowMs: number): (isWrong: boolean) => void {
    const entry = this.#entries.get(key) ?? this.#add(key, nowMs);
    if (entry === null || entry.bucket.take(nowMs) > 0) return () => undefined;
    entry.checking += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return (isWrong) => {
      entry.checking -= 1;
      if (!isWrong) entry.bucket.giveBack();
    };
  }

  #add(key: string, nowMs: number): Entry | null {
    if (!this.#makeRoom(nowMs)) return null;
    const entry = { bucket: new TokenBucket(this.#rate, nowMs), checking: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Evicts a key; false when all of them block. */
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
    // Sweep again at twice the remaining number, which keeps the cost per guess small.
    this.#sweepAt = Math.max(SWEEP_FROM, this.#entries.size * 2);
  }
}
