import { type Rate, TokenBucket } from '../common/token-bucket.js';

/** At this many the one that was used the longest ago is forgotten. */
const BUCKETS_MAX = 50_000;

/** A bucket for each of many parties, as long as it owes something or was used lately. */
export class RateLimiter {
  readonly #max: number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(max = BUCKETS_MAX) {
    this.#max = max;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one of `key`'s and answers 0, or takes none and answers in how many milliseconds there will be one. */
  take(key: string, rate: Rate, nowMs: number): number {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(rate, nowMs);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    this.#forgetOldest();
    return bucket.take(nowMs);
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#max) return;
      this.#buckets.delete(key);
    }
  }
}

/** The same, more or less often. */
export function scaled({ burst, perSecond }: Rate, factor: number): Rate {
  return { burst: Math.max(1, burst * factor), perSecond: perSecond * factor };
}
