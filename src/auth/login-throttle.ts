import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { type Rate, TokenBucket } from '../common/token-bucket.js';

/** Wrong passwords: ten at once and then one a minute for one name from one address, … */
const PER_NAME_AND_ADDRESS: Rate = { burst: 10, perSecond: 1 / 60 };
/** … more for one address (an office behind one), … */
const PER_ADDRESS: Rate = { burst: 50, perSecond: 1 / 15 };
/** … and many for one name, so that strangers can hardly lock its owner out. */
const PER_NAME: Rate = { burst: 200, perSecond: 1 / 15 };
/** At this many the oldest is forgotten. */
const BUCKETS_MAX = 10_000;

/** Bounds how often passwords can be guessed. Only wrong ones count. */
@Injectable()
export class LoginThrottle {
  readonly #clock: Clock;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #blockedUntilMs = new Map<string, number>();

  constructor(@Inject(CLOCK) clock: Clock) {
    this.#clock = clock;
  }

  /** Throws `rate_limited` when too many wrong passwords came before. */
  check(username: string, address: string): void {
    const nowMs = this.#clock.nowMs();
    const waits = rates(username, address).map(
      ([key]) => (this.#blockedUntilMs.get(key) ?? 0) - nowMs,
    );
    const retryAfterMs = Math.max(...waits);
    if (retryAfterMs > 0)
      throw new DomainError(
        'rate_limited',
        'Too many wrong passwords. Wait a little, then try again.',
        {
          retryAfterMs,
        },
      );
  }

  /** Counts a wrong password. */
  failed(username: string, address: string): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, rate] of rates(username, address)) {
      const bucket = this.#buckets.get(key) ?? new TokenBucket(rate, nowMs);
      this.#buckets.delete(key);
      this.#buckets.set(key, bucket);
      const waitMs = bucket.take(nowMs);
      if (waitMs > 0) this.#blockedUntilMs.set(key, nowMs + waitMs);
    }
    this.#forget();
  }

  #forget(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= BUCKETS_MAX) return;
      this.#buckets.delete(key);
      this.#blockedUntilMs.delete(key);
    }
  }
}

function rates(username: string, address: string): [key: string, rate: Rate][] {
  return [
    [`both ${address} ${username}`, PER_NAME_AND_ADDRESS],
    [`address ${address}`, PER_ADDRESS],
    [`name ${username}`, PER_NAME],
  ];
}
