import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { type GuessKeys, GuessThrottle } from '../common/guess-throttle.js';
import { SHARED_GUESSES, type SharedGuesses } from '../common/shared-guesses.js';
import { addressBlock } from './coarse-address.js';

/** An attempt to log in. */
export type LoginAttempt = Readonly<{
  username: string;
  address: string;
  /**
   * The mark of a device from which someone has logged in to this account before (see
   * KnownDevices); null for any other device.
   */
  device: string | null;
}>;

/** The origin of a login. */
export type LoginOrigin = Omit<LoginAttempt, 'username'> & Readonly<{ userAgent: string }>;

const RATES = {
  /** For one name and one address: ten wrong passwords at once, and then one per minute. */
  both: { burst: 10, perSecond: 1 / 60 },
  /**
   * For one address and all names together. The limit is higher, because an office may share the
   * address.
   */
  address: { burst: 50, perSecond: 1 / 15 },
  /**
   * For one name and all addresses together. Beyond this limit, each address is still allowed a few
   * guesses (`strict`), because it may be the owner's.
   */
  name: { burst: 200, perSecond: 1 / 15 },
  strict: { burst: 2, perSecond: 1 / 300 },
  /** For a known device of the account. Other clients' guesses don't affect this limit. */
  device: { burst: 10, perSecond: 1 / 60 },
  /** For authenticator codes after the right password. Only a million codes are possible. */
  code: { burst: 30, perSecond: 1 / 60 },
} as const;
type Kind = keyof typeof RATES;

/**
 * Limits how often passwords and codes can be guessed. Only wrong guesses count. Nobody can lock an
 * owner out: other clients' guesses never affect a known device, and they can reduce, but not
 * exhaust, the attempts that are left for an unknown device at another address.
 */
@Injectable()
export class LoginThrottle {
  readonly #guesses: GuessThrottle<Kind>;

  constructor(
    @Inject(CLOCK) clock: Clock,
    @Inject(SHARED_GUESSES) shared: SharedGuesses | null = null,
  ) {
    this.#guesses = new GuessThrottle(clock, RATES, { shared });
  }

  /**
   * Resolves to whether a password is right according to `check`.
   * @throws {DomainError} `rate_limited` after too many wrong passwords
   */
  async guess(attempt: LoginAttempt, check: () => Promise<boolean>): Promise<boolean> {
    return this.#guesses.guess(await this.#keys(attempt), check);
  }

  /**
   * Checks an authenticator code in the same way, after the right password was entered.
   * @throws {DomainError} `rate_limited`
   */
  async guessCode(attempt: LoginAttempt, check: () => Promise<boolean>): Promise<boolean> {
    const { bound, counted = [] } = await this.#keys(attempt);
    const code = attempt.device === null ? [{ kind: 'code', key: attempt.username } as const] : [];
    return this.#guesses.guess({ bound: [...bound, ...code], counted }, check);
  }

  async #keys({ username, address, device }: LoginAttempt): Promise<GuessKeys<Kind>> {
    if (device !== null) return { bound: [{ kind: 'device', key: device }] };
    const block = addressBlock(address);
    const name = { kind: 'name', key: username } as const;
    const strict = { kind: 'strict', key: `${block} ${username}` } as const;
    const bound = [
      { kind: 'both', key: `${block} ${username}` },
      { kind: 'address', key: block },
    ] as const;
    return (await this.#guesses.isUsedUp(name))
      ? { bound: [...bound, strict] }
      : { bound, counted: [strict, name] };
  }
}
