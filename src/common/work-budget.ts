/** Parties with less than their whole budget that are remembered; the one that was heard of longest ago is forgotten. */
const PARTIES_MAX = 10_000;

type WorkRate = Readonly<{
  /** What a party may have done at once, milliseconds of work. */
  burstMs: number;
  /** What it gets back, milliseconds of work a second. */
  perSecondMs: number;
}>;

/** How much work each party has had done lately: for requests that cost a thousand times as much as others. */
export class WorkBudget {
  readonly #rate: WorkRate;
  /** What each has left, and when that was. */
  readonly #left = new Map<string, Readonly<{ ms: number; atMs: number }>>();

  constructor(rate: WorkRate) {
    this.#rate = rate;
  }

  /** 0: the party may have something done. Otherwise in how many milliseconds it may again. */
  waitMs(party: string, nowMs: number): number {
    const ms = this.#leftOf(party, nowMs);
    return ms > 0 ? 0 : Math.ceil(((1 - ms) / this.#rate.perSecondMs) * 1_000);
  }

  /** Something was done for it. */
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
