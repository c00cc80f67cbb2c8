/**
 * The maximum number of parties with a partly used budget. Beyond it, the least recently active
 * party is evicted.
 */
const PARTIES_MAX = 10_000;

type WorkRate = Readonly<{
  /** A party's burst, in milliseconds of work. */
  burstMs: number;
  /** The refill rate, in milliseconds of work per second. */
  perSecondMs: number;
}>;

/**
 * Limits the work that is done for each party. It is used for requests that can cost a thousand
 * times as much as others.
 */
export class WorkBudget {
  readonly #rate: WorkRate;
  /** The remaining budget of each party, and the time at which it was computed. */
  readonly #left = new Map<string, Readonly<{ ms: number; atMs: number }>>();

  constructor(rate: WorkRate) {
    this.#rate = rate;
  }

  /**
   * Returns the number of milliseconds until work can be done for the party; 0 if it can be done
   * now.
   */
  waitMs(party: string, nowMs: number): number {
    const ms = this.#leftOf(party, nowMs);
    return ms > 0 ? 0 : Math.ceil(((1 - ms) / this.#rate.perSecondMs) * 1_000);
  }

  /** Deducts work from a party's budget. */
  spend(party: string, workMs: number, nowMs: number): void {
    const ms = this.#leftOf(party, nowMs) - workMs;
    this.#left.delete(party);
    this.#left.set(party, { ms, atMs: nowMs });
    const [oldest] = this.#left.size > PARTIES_MAX ? this.#left.keys() : [];
    if (oldest !== undefined) this.#left.delete(oldest);
  }

  #leftOf(party: string, nowMs: number): number {
    const { burstMs, perSecondMs } = this.#rate;
    const left = this.#left.get(party);
    if (!left) return burstMs;
    const elapsedS = Math.max(0, nowMs - left.atMs) / 1_000;
    return Math.min(burstMs, left.ms + elapsedS * perSecondMs);
  }
}
