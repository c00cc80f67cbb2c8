import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { GuessCounts } from '../common/guess-counts.js';
import type { Rate } from '../common/token-bucket.js';
import { addressBlock } from './coarse-address.js';

/** One try to log in. */
export type LoginAttempt = Readonly<{
  username: string;
  address: string;
  /** The mark of a device that has logged in to this account before (see KnownDevices), or null. */
  device: string | null;
}>;

/** Wrong passwords: ten at once and then one a minute for one name from one address, … */
const PER_NAME_AND_ADDRESS: Rate = { burst: 10, perSecond: 1 / 60 };
/** … more for one address (an office behind one), … */
const PER_ADDRESS: Rate = { burst: 50, perSecond: 1 / 15 };
/** … and many for one name. Past these an address has only a few: never none, its owner may be there. */
const PER_NAME: Rate = { burst: 200, perSecond: 1 / 15 };
const PER_NAME_AND_ADDRESS_STRICT: Rate = { burst: 2, perSecond: 1 / 300 };
/** A device that is known for the account has its own, whatever others do. */
const PER_KNOWN_DEVICE: Rate = { burst: 10, perSecond: 1 / 60 };
/** Codes of the second factor, by those who have the password. There are only a million. */
const CODES_PER_NAME: Rate = { burst: 30, perSecond: 1 / 60 };

/**
 * Bounds how often passwords and codes can be guessed. Only wrong ones count. Nobody can lock an
 * account's owner out: a known device is never held up by others, and no address by what others do but
 * for being allowed less.
 */
@Injectable()
export class LoginThrottle {
  readonly #wrong: GuessCounts;

  constructor(@Inject(CLOCK) clock: Clock) {
    this.#wrong = new GuessCounts(clock);
  }

  /** Throws `rate_limited` when too many wrong passwords came before. */
  check(attempt: LoginAttempt): void {
    const { device, both, strict, address, name } = keys(attempt);
    if (device !== null) return this.#assertFree(device);
    this.#assertFree(both, address, ...(this.#wrong.waitMs(name) > 0 ? [strict] : []));
  }

  /** Counts a wrong password. */
  failed(attempt: LoginAttempt): void {
    const { device, both, strict, address, name } = keys(attempt);
    if (device !== null) return this.#wrong.count(device, PER_KNOWN_DEVICE);
    this.#wrong.count(both, PER_NAME_AND_ADDRESS);
    this.#wrong.count(strict, PER_NAME_AND_ADDRESS_STRICT);
    this.#wrong.count(address, PER_ADDRESS);
    this.#wrong.count(name, PER_NAME);
  }

  /** Throws `rate_limited` when too many wrong codes came before, all after the right password. */
  checkCode({ username, device }: LoginAttempt): void {
    if (device === null) this.#assertFree(`code ${username}`);
  }

  /** Counts a wrong code. */
  failedCode(attempt: LoginAttempt): void {
    this.failed(attempt);
    if (attempt.device === null) this.#wrong.count(`code ${attempt.username}`, CODES_PER_NAME);
  }

  #assertFree(...which: string[]): void {
    const retryAfterMs = this.#wrong.waitMs(...which);
    if (retryAfterMs > 0)
      throw new DomainError(
        'rate_limited',
        'Too many wrong passwords or codes. Wait a little, then try again.',
        { retryAfterMs },
      );
  }
}

function keys({ username, address, device }: LoginAttempt) {
  const block = addressBlock(address);
  return {
    device: device === null ? null : `device ${device}`,
    both: `both ${block} ${username}`,
    strict: `strict ${block} ${username}`,
    address: `address ${block}`,
    name: `name ${username}`,
  };
}
