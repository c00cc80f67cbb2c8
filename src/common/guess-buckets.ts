import { type Rate, TokenBucket } from './token-bucket.js';

/** With this many keys, those that owe nothing any more are looked for. */
const SWEEP_FROM = 1_000;
/** When to try again where the guesses in the way are still being checked, milliseconds. */
const CHECKING_RETRY_MS = 1_000;
/** When to try again where no key more can be kept, milliseconds. */
const FULL_RETRY_MS = 60_000;

/** The bucket of one key, and how many of its guesses are being checked. */
type Entry = { readonly bucket: TokenBucket; checking: number };

/**
 * The buckets of one kind of key. A bucket is forgotten once it owes nothing, which takes
 * `burst / perSecond` seconds at most. At `max` keys the oldest that still have a place go; one that
 * blocks never goes before its time.
 */
export class GuessBuckets {
  readonly #rate: Rate;
  readonly #max: number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  #sweepAt = SWEEP_FROM;

  /** @param max keys that are kept at most */
  constructor(rate: Rate, max: number) {
    this.#rate = rate;
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** How long this key must wait for a place, milliseconds; 0: it has one. */
  waitMs(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#makeRoom(nowMs) ? 0 : FULL_RETRY_MS;
    const waitMs = entry.bucket.waitMs(nowMs);
    // Those being checked may turn out to be right, and give their places back.
    return entry.checking > 0 ? Math.min(waitMs, CHECKING_RETRY_MS) : waitMs;
  }

  /** Takes a place if there is one. What it answers is to be called once it is known whether the guess was wrong. */
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

  /** Answers false when all that are kept block. */
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
    // Twice as many as are left: a sweep costs little for each guess.
    this.#sweepAt = Math.max(SWEEP_FROM, this.#entries.size * 2);
  }
}
