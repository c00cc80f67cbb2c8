const DELAYS_MS = [250, 1_000, 2_000, 4_000, 8_000];
/** After this time without a failure, the next failure counts as the first. */
const STEADY_MS = 20_000;

/** Decides when to restart a failing player, at growing intervals, and when to report failure. */
export class HlsRetry {
  #failures = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Records a failure. `counts` is false while offline. */
  failed(nowMs: number, counts: boolean): { delayMs: number; isHopeless: boolean } {
    if (nowMs - this.#lastMs > STEADY_MS) this.#failures = 0;
    this.#lastMs = nowMs;
    const delayMs = DELAYS_MS[Math.min(this.#failures, DELAYS_MS.length - 1)] ?? 0;
    if (counts) this.#failures += 1;
    return { delayMs, isHopeless: this.#failures >= DELAYS_MS.length };
  }
}
