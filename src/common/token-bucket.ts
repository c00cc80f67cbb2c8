/** A rate limit, which allows `burst` uses at once, and then `perSecond` uses per second. */
export type Rate = Readonly<{ burst: number; perSecond: number }>;

/** The tolerance for rounding errors when fractions of tokens add up to one. */
const EPSILON = 1e-9;

/** Applies a {@link Rate} to one party. The caller passes the time. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** Takes a token and returns 0, or returns the number of milliseconds to wait for one. */
  take(nowMs: number): number {
    this.#refill(nowMs);
    if (this.#tokens >= 1 - EPSILON) {
      this.#tokens = Math.max(0, this.#tokens - 1);
      return 0;
    }
    return this.#waitMs();
  }

  /** Returns the number of milliseconds to wait for a token; 0 if one is available. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens >= 1 - EPSILON ? 0 : this.#waitMs();
  }

  /** Undoes one {@link take}. */
  refund(): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + 1);
  }

  /** Whether the bucket is full, so that it can be dropped and created again. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.#rate.burst - EPSILON;
  }

  #waitMs(): number {
    return Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * 1_000);
  }

  #refill(nowMs: number): void {
    // A clock that was set back must not block anyone.
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#tokens = Math.min(
      this.#rate.burst,
      this.#tokens + (elapsedMs / 1_000) * this.#rate.perSecond,
    );
    this.#atMs = nowMs;
  }
}
