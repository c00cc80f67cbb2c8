/** An offset that differs by more from what arrival says is of another clock. */
const PLAUSIBLE_MS = 5_000;
/** What was estimated from arrival changes only when it is off by so much. */
const STEADY_MS = 100;

/** Brings capture times from the publisher's clock to the server's. */
export class WallClock {
  #offsetMs: number | null = null;
  #estimateMs: number | null = null;

  /** Sets what is to be added to the publisher's clock for the server's. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /**
   * When something was captured, by the server's clock.
   * @param captureMs by the tracks' clocks
   * @param stepMs what to add to that for the publisher's clock as it is now; null: unknown
   * @param delayMs the usual way from capture to arrival, by the tracks' clocks and the server's
   */
  wallMs(
    captureMs: number,
    { stepMs, delayMs }: { stepMs: number | null; delayMs: number },
  ): number {
    if (this.#offsetMs !== null && stepMs !== null) {
      const offsetMs = this.#offsetMs + stepMs;
      if (Math.abs(offsetMs - delayMs) < PLAUSIBLE_MS) return captureMs + offsetMs;
    }
    if (this.#estimateMs === null || Math.abs(this.#estimateMs - delayMs) > STEADY_MS)
      this.#estimateMs = delayMs;
    return captureMs + this.#estimateMs;
  }
}
