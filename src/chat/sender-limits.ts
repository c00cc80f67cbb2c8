import { type Rate, TokenBucket } from '../common/token-bucket.js';

/** How fast one sender may write, in all channels together. */
export const SENDER_RATE: Rate = { burst: 5, perSecond: 1 };
/** Senders that are kept apart; beyond it the one who wrote longest ago starts afresh. */
const SENDERS_MAX = 20_000;

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
