import { addressBlock } from '../auth/coarse-address.js';
import type { Clock } from '../common/clock.js';
import { type GuessKeys, GuessThrottle } from '../common/guess-throttle.js';
import type { SharedGuesses } from '../common/shared-guesses.js';

/**
 * The names must differ from those in LoginThrottle, because nodes count both kinds in the same
 * table.
 */
const RATES = {
  /** Per channel and address: ten wrong passwords at once, and then one per minute. */
  channelAndAddress: { burst: 10, perSecond: 1 / 60 },
  /** Per address, for all channels together. */
  unlockAddress: { burst: 50, perSecond: 1 / 15 },
  /**
   * Per channel, for all addresses together. Beyond this limit, each address is still allowed a few
   * guesses (`unlockStrict`), because an invited viewer may be using it.
   */
  channel: { burst: 200, perSecond: 1 / 15 },
  unlockStrict: { burst: 2, perSecond: 1 / 300 },
} as const;
type Kind = keyof typeof RATES;

/** An attempt to enter a channel's password. */
type Guess = Readonly<{ channel: string; address: string }>;

/** Limits how often channel passwords can be guessed. Only wrong guesses count. */
export class UnlockThrottle {
  readonly #guesses: GuessThrottle<Kind>;

  /** @param shared the guesses of all nodes; null if there are no others */
  constructor(clock: Clock, shared: SharedGuesses | null = null) {
    this.#guesses = new GuessThrottle(clock, RATES, { shared });
  }

  /**
   * Resolves with the result of `check`, which is true if the password is right.
   * @throws {DomainError} `rate_limited` after too many wrong guesses, or while too many are being
   *   checked
   */
  async guess(guess: Guess, check: () => Promise<boolean>): Promise<boolean> {
    return this.#guesses.guess(await this.#keys(guess), check);
  }

  /**
   * Returns the limits that apply to a guess. An IPv6 /64 network counts as one address, because
   * one customer has all its addresses.
   */
  async #keys({ channel: name, address }: Guess): Promise<GuessKeys<Kind>> {
    const block = addressBlock(address);
    const channel = { kind: 'channel', key: name } as const;
    const strict = { kind: 'unlockStrict', key: `${block} ${name}` } as const;
    const bound = [
      { kind: 'channelAndAddress', key: `${block} ${name}` },
      { kind: 'unlockAddress', key: block },
    ] as const;
    return (await this.#guesses.isUsedUp(channel))
      ? { bound: [...bound, strict] }
      : { bound, counted: [strict, channel] };
  }
}
