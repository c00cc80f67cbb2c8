import type { Clock } from './clock.js';
import { type Rate, TokenBucket } from './token-bucket.js';

/** At this many the oldest is forgotten. */
const KEYS_MAX = 10_000;

/** How often something went wrong, by key (an address, a name, both), and how long each must wait for it. */
export class GuessCounts {
  readonly #clock: Clock;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #blockedUntilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the longest held up of these keys must wait, milliseconds; 0 or less: not at all. */
  waitMs(...keys: string[]): number {
    const nowMs = this.#clock.nowMs();
    return Math.max(...keys.map((key) => (this.#blockedUntilMs.get(key) ?? 0) - nowMs));
  }

  /** Counts one wrong guess against a key, which may have so many of them. */
  count(key: string, rate: Rate): void {
    const nowMs = this.#clock.nowMs();
    const bucket = this.#buckets.get(key) ?? new TokenBucket(rate, nowMs);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const waitMs = bucket.take(nowMs);
    if (waitMs > 0) this.#blockedUntilMs.set(key, nowMs + waitMs);
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= KEYS_MAX) return;
      this.#buckets.delete(key);
      this.#blockedUntilMs.delete(key);
    }
  }
}
