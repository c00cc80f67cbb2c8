/**
 * An offset that differs by more than this from the one that arrival times suggest belongs to a
 * different clock.
 */
const PLAUSIBLE_MS = 5_000;
/**
 * Without a plausible offset, the previous one is used until it differs by more than this from the
 * offset that arrival times suggest.
 */
const STEADY_MS = 100;

/** Converts capture times from the publisher's clock to the server's. */
export class WallClock {
  #offsetMs: number | null = null;
  /** The offset used last. */
  #usedMs: number | null = null;

  /** Sets the offset from the publisher's clock to the server's. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /**
   * Returns the capture time on the server's clock.
   * @param captureMs the capture time on the tracks' clocks
   * @param stepMs the offset from those clocks to the publisher's current clock; null if unknown
   * @param delayMs the usual delay from capture, on the tracks' clocks, to arrival, on the server's
   *   clock
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
