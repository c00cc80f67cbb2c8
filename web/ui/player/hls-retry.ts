const DELAYS_MS = [250, 1_000, 2_000, 4_000, 8_000];
/** After so long without a failure, the next one is the first. */
const STEADY_MS = 20_000;

/** How a player that fails is begun anew: at growing intervals, and said to have failed in the end. */
export class HlsRetry {
  #failures = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** A failure at a time. `counts`: it isn't the network's. */
  failed(nowMs: number, counts: boolean): { delayMs: number; isHopeless: boolean } {
    if (nowMs - this.#lastMs > STEADY_MS) this.#failures = 0;
    this.#lastMs = nowMs;
    const delayMs = DELAYS_MS[Math.min(this.#failures, DELAYS_MS.length - 1)] ?? 0;
    if (counts) this.#failures += 1;
    return { delayMs, isHopeless: this.#failures >= DELAYS_MS.length };
  }
}
