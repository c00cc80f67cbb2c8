import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { type Rate, TokenBucket } from '../common/token-bucket.js';

/** Wrong passwords of one channel from one address: ten at once and then one a minute, … */
const PER_CHANNEL_AND_ADDRESS: Rate = { burst: 10, perSecond: 1 / 60 };
/** … more from one address for all channels, … */
const PER_ADDRESS: Rate = { burst: 50, perSecond: 1 / 15 };
/** … and many for one channel. Past these an address has only a few: never none, it may be a friend's. */
const PER_CHANNEL: Rate = { burst: 200, perSecond: 1 / 15 };
const PER_CHANNEL_AND_ADDRESS_STRICT: Rate = { burst: 2, perSecond: 1 / 300 };
/** Passwords of one channel from one address that are being checked: what is not known to be wrong yet. */
const AT_ONCE_MAX = 5;
const AT_ONCE_RETRY_MS = 1_000;
/** At this many the oldest is forgotten. */
const BUCKETS_MAX = 10_000;

/** One try to get in by a channel's password. */
type Guess = Readonly<{ channel: string; address: string }>;

/** Bounds how often channels' passwords can be guessed. Only wrong ones count. */
export class UnlockThrottle {
  readonly #clock: Clock;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #blockedUntilMs = new Map<string, number>();
  readonly #checking = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves with whether the password is right, as `check` finds out.
   * @throws {DomainError} `rate_limited` when too many wrong ones came before
   */
  async guess(guess: Guess, check: () => Promise<boolean>): Promise<boolean> {
    const { both } = keys(guess);
    this.#assertFree(guess);
    const checking = this.#checking.get(both) ?? 0;
    if (checking >= AT_ONCE_MAX) throw tooMany(AT_ONCE_RETRY_MS);
    this.#checking.set(both, checking + 1);
    try {
      const isRight = await check();
      if (!isRight) this.#failed(guess);
      return isRight;
    } finally {
      const left = (this.#checking.get(both) ?? 1) - 1;
      if (left === 0) this.#checking.delete(both);
      else this.#checking.set(both, left);
    }
  }

  #assertFree(guess: Guess): void {
    const { both, strict, address, channel } = keys(guess);
    const which = this.#waitMs(channel) > 0 ? [both, address, strict] : [both, address];
    const waitMs = Math.max(...which.map((key) => this.#waitMs(key)));
    if (waitMs > 0) throw tooMany(waitMs);
  }

  #failed(guess: Guess): void {
    const { both, strict, address, channel } = keys(guess);
    this.#count(both, PER_CHANNEL_AND_ADDRESS);
    this.#count(strict, PER_CHANNEL_AND_ADDRESS_STRICT);
    this.#count(address, PER_ADDRESS);
    this.#count(channel, PER_CHANNEL);
  }

  #waitMs(key: string): number {
    return (this.#blockedUntilMs.get(key) ?? 0) - this.#clock.nowMs();
  }

  #count(key: string, rate: Rate): void {
    const nowMs = this.#clock.nowMs();
    const bucket = this.#buckets.get(key) ?? new TokenBucket(rate, nowMs);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const waitMs = bucket.take(nowMs);
    if (waitMs > 0) this.#blockedUntilMs.set(key, nowMs + waitMs);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= BUCKETS_MAX) return;
      this.#buckets.delete(oldest);
      this.#blockedUntilMs.delete(oldest);
    }
  }
}

function keys({ channel, address }: Guess) {
  return {
    both: `both ${address} ${channel}`,
    strict: `strict ${address} ${channel}`,
    address: `address ${address}`,
    channel: `channel ${channel}`,
  };
}

function tooMany(retryAfterMs: number): DomainError {
  return new DomainError(
    'rate_limited',
    'Too many wrong passwords. Wait a little, then try again.',
    { retryAfterMs },
  );
}
