/** How often something may be done: `burst` times at once, then `perSecond`. */
export type Rate = Readonly<{ burst: number; perSecond: number }>;

/** Fractions of tokens add up with rounding: what is short of one by less than this is one. */
const EPSILON = 1e-9;

/** Counts what one party does against a {@link Rate}. Told the time, so it never asks for it. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** Takes one and answers 0, or takes none and answers in how many milliseconds there will be one. */
  take(nowMs: number): number {
    this.#refill(nowMs);
    if (this.#tokens >= 1 - EPSILON) {
      this.#tokens = Math.max(0, this.#tokens - 1);
      return 0;
    }
    return this.#waitMs();
  }

  /** In how many milliseconds there will be one to take; 0: there is one. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens >= 1 - EPSILON ? 0 : this.#waitMs();
  }

  /** Undoes one {@link take}. */
  giveBack(): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + 1);
  }

  /** True when nothing is owed: a bucket like this one can be forgotten and made anew. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.#rate.burst - EPSILON;
  }

  #waitMs(): number {
    return Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * 1_000);
  }

  #refill(nowMs: number): void {
    // A clock that was set back must not lock anybody out.
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#tokens = Math.min(
      this.#rate.burst,
      this.#tokens + (elapsedMs / 1_000) * this.#rate.perSecond,
    );
    this.#atMs = nowMs;
  }
}
