import type { Config } from '../../config/config.js';
import { type Rate, TokenBucket } from '../../common/token-bucket.js';

/**
 * Guests at one address share the allowance of this number of people. That is enough for a family
 * or a class, but too little to make discarding the cookie before each message worthwhile.
 */
const GUESTS_PER_ADDRESS = 5;

/**
 * Returns the number of people whose allowance guests at one address share, scaled by
 * ADDRESS_LIMIT_FACTOR.
 */
export function guestsPerAddress({ http }: Config): number {
  return Math.max(1, Math.ceil(GUESTS_PER_ADDRESS * http.addressLimitFactor));
}

/** The message rate of one sender across all channels. */
export const SENDER_RATE: Rate = { burst: 5, perSecond: 1 };
/**
 * The maximum number of tracked senders. The least recently active one is evicted, and starts again
 * with a full allowance.
 */
const SENDERS_MAX = 20_000;

/** The parts of the sender's identity that the limits need. */
type Turn = Readonly<{ key: string; account: unknown; addressHash: string }>;

/** Rate-limits each sender, and all guests at one address together. */
export class ChatLimits {
  readonly #bySender: SenderLimits;
  readonly #byAddress: SenderLimits;

  /**
   * @param people the number of people whose allowance guests at one address share; see {@link
   *   guestsPerAddress}
   */
  constructor(people: number, { burst, perSecond }: Rate = SENDER_RATE) {
    this.#bySender = new SenderLimits({ burst, perSecond });
    this.#byAddress = new SenderLimits({ burst: burst * people, perSecond: perSecond * people });
  }

  /**
   * Counts one action and returns 0, or returns the number of milliseconds until the next one is
   * allowed.
   */
  take({ key, account, addressHash }: Turn, nowMs: number): number {
    const retryAfterMs = this.#bySender.take(key, nowMs);
    if (retryAfterMs > 0 || account !== null) return retryAfterMs;
    return this.#byAddress.take(addressHash, nowMs);
  }
}

/** Rate-limits each sender. */
export class SenderLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #rate: Rate;

  constructor(rate: Rate = SENDER_RATE) {
    this.#rate = rate;
  }

  /**
   * Counts one action and returns 0, or returns the number of milliseconds until the next one is
   * allowed.
   */
  take(sender: string, nowMs: number): number {
    const bucket = this.#buckets.get(sender) ?? new TokenBucket(this.#rate, nowMs);
    this.#buckets.delete(sender);
    this.#buckets.set(sender, bucket); // The most recently used one is last.
    if (this.#buckets.size > SENDERS_MAX) this.#forget(nowMs);
    return bucket.take(nowMs);
  }

  #forget(nowMs: number): void {
    const [longestAgo] = this.#buckets.keys();
    if (longestAgo !== undefined) this.#buckets.delete(longestAgo);
    for (const [sender, bucket] of this.#buckets) {
      if (!bucket.isFull(nowMs)) return;
      this.#buckets.delete(sender);
    }
  }
}
