import { type Rate, TokenBucket } from '../common/token-bucket.js';

/**
 * The maximum number of buckets. A bucket is evicted if half that many other buckets are used while
 * it is unused.
 */
const BUCKETS_MAX = 50_000;

/** Limits rates with one token bucket per key. A bucket in use is not evicted. */
export class RateLimiter {
  readonly #max: number;
  /**
   * The buckets used since the last change of generations. They don't need to be moved when they
   * are used.
   */
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();

  constructor(max = BUCKETS_MAX) {
    this.#max = max;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Takes a token from the bucket of `key` and returns 0, or returns the milliseconds to wait for
   * one.
   */
  take(key: string, rate: Rate, nowMs: number): number {
    const bucket = this.#young.get(key) ?? this.#rejuvenate(key, rate, nowMs);
    return bucket.take(nowMs);
  }

  #rejuvenate(key: string, rate: Rate, nowMs: number): TokenBucket {
    const bucket = this.#old.get(key) ?? new TokenBucket(rate, nowMs);
    this.#old.delete(key);
    if (this.#young.size >= this.#max / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, bucket);
    return bucket;
  }
}

/** Returns the rate multiplied by a factor. */
export function scaled({ burst, perSecond }: Rate, factor: number): Rate {
  return { burst: Math.max(1, burst * factor), perSecond: perSecond * factor };
}
