const WRAP = 2 ** 32;

/**
 * Unwraps 32-bit RTP timestamps into numbers that don't wrap. Each timestamp is unwrapped to the
 * value nearest to the highest one so far, so a step back of less than half the range (6.6 hours of
 * video) remains a step back. The first timestamp is unchanged; earlier ones may become negative.
 */
export class TimestampUnwrapper {
  #highest: number | null = null;

  unwrap(rtpTime: number): number {
    const highest = this.#highest ?? rtpTime;
    // `| 0` interprets the difference as a signed 32-bit number.
    const time = highest + ((rtpTime - (((highest % WRAP) + WRAP) % WRAP)) | 0);
    this.#highest = Math.max(highest, time);
    return time;
  }
}
