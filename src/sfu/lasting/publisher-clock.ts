/** A larger difference, in ms, means that another publisher's clock is being reported. */
const SAME_CLOCK_MS = 1_000;
/** The share of a report's deviation that is adopted, so that drift is followed smoothly. */
const ADOPTED = 1 / 64;

/**
 * Translates a publisher's clock to this machine's. All tracks of a publisher are translated in the
 * same way, so they remain synchronized.
 */
export class PublisherClock {
  #offsetMs: number | null = null;

  /**
   * Returns the time on this machine's clock, in milliseconds since 1970.
   * @param ntpMs the publisher's time in a report that has just arrived
   * @param nowMs the time of arrival
   */
  localMs(ntpMs: number, nowMs: number): number {
    const arrivedOffsetMs = nowMs - ntpMs;
    const deviationMs = arrivedOffsetMs - (this.#offsetMs ?? Infinity);
    this.#offsetMs =
      this.#offsetMs === null || Math.abs(deviationMs) > SAME_CLOCK_MS
        ? arrivedOffsetMs
        : this.#offsetMs + deviationMs * ADOPTED;
    return ntpMs + this.#offsetMs;
  }
}
