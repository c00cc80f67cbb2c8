/** An offset that differs more from the one suggested by arrival belongs to another clock. */
const PLAUSIBLE_MS = 5_000;
/**
 * Without a plausible offset, the previous one stays valid until arrival contradicts it by more
 * than this.
 */
const STEADY_MS = 100;

/** Converts capture times from the publisher's clock to the server's. */
export class WallClock {
  #offsetMs: number | null = null;
  /** Added last. */
  #usedMs: number | null = null;

  /** Sets the offset from the publisher's clock to the server's. */
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
    const offsetMs = this.#offsetMs === null || stepMs === null ? null : this.#offsetMs + stepMs;
    if (offsetMs !== null && Math.abs(offsetMs - delayMs) < PLAUSIBLE_MS) this.#usedMs = offsetMs;
    else if (this.#usedMs === null || Math.abs(this.#usedMs - delayMs) > STEADY_MS)
      this.#usedMs = delayMs;
    return captureMs + this.#usedMs;
  }
}
