/** A larger step of the program's clock, in any direction, sets it. */
const STEP_MAX_MS = 3_000;
/** A smaller step back is a difference between picture and sound. */
const STEP_BACK_MAX_MS = 1_000;
/** The delay may decrease freely this long after the start, in which encoders send what they held. */
const SETTLING_MS = 3_000;
/** After that, it follows the least delay of each period slowly. */
const PERIOD_MS = 5_000;
const FOLLOW_MAX_MS = 5;

/**
 * Estimates when a program's times were captured, from the arrival of its units: the least delay is
 * the most accurate, since networks only add to it. Picture and sound share one clock and one
 * estimate. All times are in milliseconds.
 */
export class ProgramClock {
  #delayMs = 0;
  #last: { timeMs: number; arrivedMs: number } | null = null;
  #settledMs = 0;
  #period = { endMs: 0, leastMs: Infinity };

  /**
   * Records a unit. Returns whether the clock was set: at the first unit, or when its time doesn't
   * follow.
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

  /** When the moment of this time was captured, on the server's clock. */
  capturedMs(timeMs: number): number {
    return timeMs + this.#delayMs;
  }

  #jumped(timeMs: number, arrivedMs: number): boolean {
    if (!this.#last) return true;
    const stepMs = timeMs - this.#last.timeMs;
    const isLarge = stepMs < -STEP_BACK_MAX_MS || stepMs > STEP_MAX_MS;
    // After a pause, the clock may have advanced as long as the pause took.
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
