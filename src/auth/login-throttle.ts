import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { type GuessKeys, GuessThrottle } from '../common/guess-throttle.js';
import { addressBlock } from './coarse-address.js';

/** One try to log in. */
export type LoginAttempt = Readonly<{
  username: string;
  address: string;
  /** The mark of a device that has logged in to this account before (see KnownDevices), or null. */
  device: string | null;
}>;

/** Where a log-in comes from. */
export type LoginOrigin = Omit<LoginAttempt, 'username'> & Readonly<{ userAgent: string }>;

const RATES = {
  /** Wrong passwords: ten at once and then one a minute for one name from one address, … */
  both: { burst: 10, perSecond: 1 / 60 },
  /** … more for one address (an office behind one), … */
  address: { burst: 50, perSecond: 1 / 15 },
  /** … and many for one name. Past these an address has only a few: never none, its owner may be there. */
  name: { burst: 200, perSecond: 1 / 15 },
  strict: { burst: 2, perSecond: 1 / 300 },
  /** A device that is known for the account has its own, whatever others do. */
  device: { burst: 10, perSecond: 1 / 60 },
  /** Codes of the second factor, by those who have the password. There are only a million. */
  code: { burst: 30, perSecond: 1 / 60 },
} as const;
type Kind = keyof typeof RATES;

/**
 * Bounds how often passwords and codes can be guessed. Only wrong ones count. Nobody can lock an
 * account's owner out: a known device is never held up by others, and no address by what others do but
 * for being allowed less.
 */
@Injectable()
export class LoginThrottle {
  readonly #guesses: GuessThrottle<Kind>;

  constructor(@Inject(CLOCK) clock: Clock) {
    this.#guesses = new GuessThrottle(clock, RATES);
  }

  /**
   * Resolves with whether a password is right, as `check` finds out.
   * @throws {DomainError} `rate_limited` after too many wrong ones
   */
  async guess(attempt: LoginAttempt, check: () => Promise<boolean>): Promise<boolean> {
    return this.#guesses.guess(this.#keys(attempt), check);
  }

  /** The same for the code of who has the password. @throws {DomainError} `rate_limited` */
  async guessCode(attempt: LoginAttempt, check: () => Promise<boolean>): Promise<boolean> {
    const { bound, counted = [] } = this.#keys(attempt);
    const code = attempt.device === null ? [{ kind: 'code', key: attempt.username } as const] : [];
    return this.#guesses.guess({ bound: [...bound, ...code], counted }, check);
  }

  #keys({ username, address, device }: LoginAttempt): GuessKeys<Kind> {
    if (device !== null) return { bound: [{ kind: 'device', key: device }] };
    const block = addressBlock(address);
    const name = { kind: 'name', key: username } as const;
    const strict = { kind: 'strict', key: `${block} ${username}` } as const;
    const bound = [
      { kind: 'both', key: `${block} ${username}` },
      { kind: 'address', key: block },
    ] as const;
    return this.#guesses.isUsedUp(name)
      ? { bound: [...bound, strict] }
      : { bound, counted: [strict, name] };
  }
}
