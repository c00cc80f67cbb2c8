import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { type GuessKeys, GuessThrottle } from '../common/guess-throttle.js';
import { addressBlock } from './coarse-address.js';

/** An attempt to log in. */
export type LoginAttempt = Readonly<{
  username: string;
  address: string;
  /** The mark of a device that has logged in to this account before (see KnownDevices), or null. */
  device: string | null;
}>;

/** The origin of a log-in. */
export type LoginOrigin = Omit<LoginAttempt, 'username'> & Readonly<{ userAgent: string }>;

const RATES = {
  /** Wrong passwords: ten at once, then one per minute for one name from one address, … */
  both: { burst: 10, perSecond: 1 / 60 },
  /** … more for one address (an office behind one), … */
  address: { burst: 50, perSecond: 1 / 15 },
  /**
   * … and many for one name. Above this, each address has only a few, but never none: it may be the
   * owner's.
   */
  name: { burst: 200, perSecond: 1 / 15 },
  strict: { burst: 2, perSecond: 1 / 300 },
  /** A device known for the account has its own limit, whatever others do. */
  device: { burst: 10, perSecond: 1 / 60 },
  /** Second-factor codes, with the right password. Only a million exist. */
  code: { burst: 30, perSecond: 1 / 60 },
} as const;
type Kind = keyof typeof RATES;

/**
 * Limits how often passwords and codes can be guessed. Only wrong guesses count. Nobody can lock an
 * owner out: others never affect a known device, and can only reduce, not exhaust, the attempts of
 * another address.
 */
@Injectable()
export class LoginThrottle {
  readonly #guesses: GuessThrottle<Kind>;

  constructor(@Inject(CLOCK) clock: Clock) {
    this.#guesses = new GuessThrottle(clock, RATES);
  }

  /**
   * Resolves with whether a password is right according to `check`.
   * @throws {DomainError} `rate_limited` after too many wrong ones
   */
  async guess(attempt: LoginAttempt, check: () => Promise<boolean>): Promise<boolean> {
    return this.#guesses.guess(this.#keys(attempt), check);
  }

  /**
   * Does the same for a second-factor code, after the right password.
   * @throws {DomainError} `rate_limited`
   */
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
