import type { Config } from '../../config/config.js';
import { type Rate, TokenBucket } from '../../common/token-bucket.js';

/**
 * Guests of one address share the allowance of N people: enough for a family or a class behind one
 * address, while discarding the cookie for each message gains little.
 */
const GUESTS_PER_ADDRESS = 5;

/**
 * Returns the shared allowance of guests of one address, in people, including ADDRESS_LIMIT_FACTOR.
 */
export function guestsPerAddress({ http }: Config): number {
  return Math.max(1, Math.ceil(GUESTS_PER_ADDRESS * http.addressLimitFactor));
}

/** Message rate of one sender across all channels. */
export const SENDER_RATE: Rate = { burst: 5, perSecond: 1 };
/**
 * Senders tracked; beyond it the one who wrote longest ago is evicted and starts with a full
 * allowance.
 */
const SENDERS_MAX = 20_000;

/** The sender's identity, as far as limits need it. */
type Turn = Readonly<{ key: string; account: unknown; addressHash: string }>;

/** Rate-limits each sender, and the guests of one address together. */
export class ChatLimits {
  readonly #bySender: SenderLimits;
  readonly #byAddress: SenderLimits;

  /** @param people allowance of the guests of one address, in people: {@link guestsPerAddress} */
  constructor(people: number, { burst, perSecond }: Rate = SENDER_RATE) {
    this.#bySender = new SenderLimits({ burst, perSecond });
    this.#byAddress = new SenderLimits({ burst: burst * people, perSecond: perSecond * people });
  }

  /** Counts one action, or returns the milliseconds until the next is allowed. */
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

  /** Counts one action, or returns the milliseconds until the next is allowed. */
  take(sender: string, nowMs: number): number {
    const bucket = this.#buckets.get(sender) ?? new TokenBucket(this.#rate, nowMs);
    this.#buckets.delete(sender);
    this.#buckets.set(sender, bucket); // most recently used last
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
