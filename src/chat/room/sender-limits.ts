import type { Config } from '../../config/config.js';
import { type Rate, TokenBucket } from '../../common/token-bucket.js';

/**
 * Guests of one address together may do as much as so many people: a family or a class behind one
 * address gets along, and who throws away their cookie for each message doesn't get far.
 */
const GUESTS_PER_ADDRESS = 5;

/** How many people's share guests of one address have together, with ADDRESS_LIMIT_FACTOR counted in. */
export function guestsPerAddress({ http }: Config): number {
  return Math.max(1, Math.ceil(GUESTS_PER_ADDRESS * http.addressLimitFactor));
}

/** How fast one sender may write, in all channels together. */
export const SENDER_RATE: Rate = { burst: 5, perSecond: 1 };
/** Senders that are kept apart; beyond it the one who wrote longest ago starts afresh. */
const SENDERS_MAX = 20_000;

/** Whose turn it is: what a chat knows of somebody. */
type Turn = Readonly<{ key: string; account: unknown; addressHash: string }>;

/** Counts what each sender does, and what guests of one address do together. */
export class ChatLimits {
  readonly #bySender: SenderLimits;
  readonly #byAddress: SenderLimits;

  /** @param people as how many people guests of one address count: {@link guestsPerAddress} */
  constructor(people: number, { burst, perSecond }: Rate = SENDER_RATE) {
    this.#bySender = new SenderLimits({ burst, perSecond });
    this.#byAddress = new SenderLimits({ burst: burst * people, perSecond: perSecond * people });
  }

  /** Counts one more, or answers in how many milliseconds there may be one again. */
  take({ key, account, addressHash }: Turn, nowMs: number): number {
    const retryAfterMs = this.#bySender.take(key, nowMs);
    if (retryAfterMs > 0 || account !== null) return retryAfterMs;
    return this.#byAddress.take(addressHash, nowMs);
  }
}

/** Counts what each sender does. */
export class SenderLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #rate: Rate;

  constructor(rate: Rate = SENDER_RATE) {
    this.#rate = rate;
  }

  /** Counts one more, or answers in how many milliseconds there may be one again. */
  take(sender: string, nowMs: number): number {
    const bucket = this.#buckets.get(sender) ?? new TokenBucket(this.#rate, nowMs);
    this.#buckets.delete(sender);
    this.#buckets.set(sender, bucket); // the latest is last
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
