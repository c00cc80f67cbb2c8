import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { GuessCounts } from '../common/guess-counts.js';
import type { Rate } from '../common/token-bucket.js';

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

/** One try to get in by a channel's password. */
type Guess = Readonly<{ channel: string; address: string }>;

/** Bounds how often channels' passwords can be guessed. Only wrong ones count. */
export class UnlockThrottle {
  readonly #wrong: GuessCounts;
  readonly #checking = new Map<string, number>();

  constructor(clock: Clock) {
    this.#wrong = new GuessCounts(clock);
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
    const isStrict = this.#wrong.waitMs(channel) > 0;
    const waitMs = this.#wrong.waitMs(both, address, ...(isStrict ? [strict] : []));
    if (waitMs > 0) throw tooMany(waitMs);
  }

  #failed(guess: Guess): void {
    const { both, strict, address, channel } = keys(guess);
    this.#wrong.count(both, PER_CHANNEL_AND_ADDRESS);
    this.#wrong.count(strict, PER_CHANNEL_AND_ADDRESS_STRICT);
    this.#wrong.count(address, PER_ADDRESS);
    this.#wrong.count(channel, PER_CHANNEL);
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
