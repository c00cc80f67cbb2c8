/** If the publisher's clock jumps by more than this, the estimate starts again. */
const STEP_MAX_MS = 3_000;
/** A step back of up to this much is only a difference between audio and video. */
const STEP_BACK_MAX_MS = 1_000;
/**
 * For this long after the start, the delay can decrease freely, because encoders first send what
 * they have buffered.
 */
const SETTLING_MS = 3_000;
/** After that, the delay slowly follows the least delay of each period. */
const PERIOD_MS = 5_000;
const FOLLOW_MAX_MS = 5;

/**
 * Estimates when a publisher's media was captured, from the arrival times of its units. The least
 * delay is the most accurate, because networks only add to it. Video and audio share one clock and
 * one estimate. All times are in milliseconds.
 */
export class ProgramClock {
  #delayMs = 0;
  #last: { timeMs: number; arrivedMs: number } | null = null;
  #settledMs = 0;
  #period = { endMs: 0, leastMs: Infinity };

  /**
   * Records a unit. Returns whether the estimate started again, either because this is the first
   * unit or because its time doesn't follow the previous one.
   */
  note(timeMs: number, arrivedMs: number): boolean {
    const isSet = this.#jumped(timeMs, arrivedMs);
    this.#last = { timeMs, arrivedMs };
    const delayMs = arrivedMs - timeMs;
    if (isSet) {
      this.#delayMs = delayMs;
      this.#settledMs = arrivedMs + SETTLING_MS;
      this.#period = { endMs: this.#settledMs, leastMs: delayMs };
      return true;
    }
    if (arrivedMs < this.#settledMs) this.#delayMs = Math.min(this.#delayMs, delayMs);
    this.#follow(delayMs, arrivedMs);
    return false;
  }

  /** Returns when media with this time was captured, on the server's clock. */
  capturedMs(timeMs: number): number {
    return timeMs + this.#delayMs;
  }

  #jumped(timeMs: number, arrivedMs: number): boolean {
    if (!this.#last) return true;
    const stepMs = timeMs - this.#last.timeMs;
    const isLarge = stepMs < -STEP_BACK_MAX_MS || stepMs > STEP_MAX_MS;
    // During a pause, the publisher's clock may have advanced by the length of the pause.
    return isLarge && Math.abs(stepMs - (arrivedMs - this.#last.arrivedMs)) > STEP_MAX_MS;
  }

  #follow(delayMs: number, arrivedMs: number): void {
    if (arrivedMs >= this.#period.endMs) {
      const change = this.#period.leastMs - this.#delayMs;
      this.#delayMs += Math.max(-FOLLOW_MAX_MS, Math.min(FOLLOW_MAX_MS, change));
      this.#period = { endMs: arrivedMs + PERIOD_MS, leastMs: delayMs };
      return;
    }
    this.#period.leastMs = Math.min(this.#period.leastMs, delayMs);
  }
}
