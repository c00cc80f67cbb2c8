import { type Rate, TokenBucket } from '../common/token-bucket.js';

/** With this many, those are forgotten that were not used while half as many others were. */
const BUCKETS_MAX = 50_000;

/** A bucket for each of many parties, as long as it owes something or was used lately. */
export class RateLimiter {
  readonly #max: number;
  /** Those used since the last change of generations: asking for one of these moves nothing. */
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();

  constructor(max = BUCKETS_MAX) {
    this.#max = max;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Takes one of `key`'s and answers 0, or takes none and answers in how many milliseconds there will be one. */
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

/** The same, more or less often. */
export function scaled({ burst, perSecond }: Rate, factor: number): Rate {
  return { burst: Math.max(1, burst * factor), perSecond: perSecond * factor };
}
