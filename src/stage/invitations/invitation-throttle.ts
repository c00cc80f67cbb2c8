import { addressBlock } from '../../auth/coarse-address.js';
import type { Clock } from '../../common/clock.js';
import { GuessThrottle } from '../../common/guess-throttle.js';
import type { SharedGuesses } from '../../common/shared-guesses.js';

/**
 * The names must differ from those of other throttles, because all nodes count all guesses in one
 * table.
 */
const RATES = {
  /** For one address: twenty wrong tokens at once, and then one every 15 seconds. */
  stageAddress: { burst: 20, perSecond: 1 / 15 },
} as const;

/** Limits how often invitation tokens can be guessed. Only tokens that don't exist count. */
export class InvitationThrottle {
  readonly #guesses: GuessThrottle<keyof typeof RATES>;

  /** @param shared the guesses on all nodes; null for a single node */
  constructor(clock: Clock, shared: SharedGuesses | null) {
    this.#guesses = new GuessThrottle(clock, RATES, { shared });
  }

  /**
   * Resolves with the result of `find`. Null counts as a wrong guess.
   * @throws {DomainError} `rate_limited` after too many wrong guesses
   */
  async guess<T>(address: string, find: () => Promise<T | null>): Promise<T | null> {
    let found: T | null = null;
    const bound = [{ kind: 'stageAddress', key: addressBlock(address) }] as const;
    await this.#guesses.guess({ bound }, async () => {
      found = await find();
      return found !== null;
    });
    return found;
  }
}
