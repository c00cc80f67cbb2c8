/**
 * The number of parties with a partly used budget; beyond it the least recently active is evicted.
 */
const PARTIES_MAX = 10_000;

type WorkRate = Readonly<{
  /** A party's burst, milliseconds of work. */
  burstMs: number;
  /** The refill rate, milliseconds of work per second. */
  perSecondMs: number;
}>;

/**
 * Tracks the work done recently for each party, for requests that cost a thousand times as much as
 * others.
 */
export class WorkBudget {
  readonly #rate: WorkRate;
  /** Each party's remaining budget, and the time it applied. */
  readonly #left = new Map<string, Readonly<{ ms: number; atMs: number }>>();

  constructor(rate: WorkRate) {
    this.#rate = rate;
  }

  /** The time until the party may have work done, milliseconds; 0: now. */
  waitMs(party: string, nowMs: number): number {
    const ms = this.#leftOf(party, nowMs);
    return ms > 0 ? 0 : Math.ceil(((1 - ms) / this.#rate.perSecondMs) * 1_000);
  }

  /** Charges work to a party. */
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
