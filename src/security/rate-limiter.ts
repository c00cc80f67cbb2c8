import { type Rate, TokenBucket } from '../common/token-bucket.js';

/** Maximum number of buckets; buckets unused while half as many others were used are evicted. */
const BUCKETS_MAX = 50_000;

/** A token bucket per key, retained while recently used. */
export class RateLimiter {
  readonly #max: number;
  /** Buckets used since the last change of generations; using one of these moves nothing. */
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();

  constructor(max = BUCKETS_MAX) {
    this.#max = max;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Takes one from `key`'s bucket and returns 0, or takes none and returns the milliseconds to
   * wait.
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
