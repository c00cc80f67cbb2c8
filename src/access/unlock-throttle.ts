import { addressBlock } from '../auth/coarse-address.js';
import type { Clock } from '../common/clock.js';
import { type GuessKeys, GuessThrottle } from '../common/guess-throttle.js';

const RATES = {
  /** Wrong passwords for one channel from one address: ten at once, then one per minute, … */
  both: { burst: 10, perSecond: 1 / 60 },
  /** … more from one address for all channels, … */
  address: { burst: 50, perSecond: 1 / 15 },
  /**
   * … and many for one channel. Above this, each address has only a few, but never none: it may be
   * a friend's.
   */
  channel: { burst: 200, perSecond: 1 / 15 },
  strict: { burst: 2, perSecond: 1 / 300 },
} as const;
type Kind = keyof typeof RATES;

/** An attempt to enter a channel's password. */
type Guess = Readonly<{ channel: string; address: string }>;

/** Limits how often channels' passwords can be guessed. Only wrong guesses count. */
export class UnlockThrottle {
  readonly #guesses: GuessThrottle<Kind>;

  constructor(clock: Clock) {
    this.#guesses = new GuessThrottle(clock, RATES);
  }

  /**
   * Resolves with whether the password is right according to `check`.
   * @throws {DomainError} `rate_limited` when there were too many wrong guesses, or too many are
   *   being checked
   */
  async guess(guess: Guess, check: () => Promise<boolean>): Promise<boolean> {
    return this.#guesses.guess(this.#keys(guess), check);
  }

  /** An IPv6 /64 network counts as one address: its owner has all of them. */
  #keys({ channel: name, address }: Guess): GuessKeys<Kind> {
    const block = addressBlock(address);
    const channel = { kind: 'channel', key: name } as const;
    const strict = { kind: 'strict', key: `${block} ${name}` } as const;
    const bound = [
      { kind: 'both', key: `${block} ${name}` },
      { kind: 'address', key: block },
    ] as const;
    return this.#guesses.isUsedUp(channel)
      ? { bound: [...bound, strict] }
      : { bound, counted: [strict, channel] };
  }
}
