const WRAP = 2 ** 32;

/**
 * Unwraps 32-bit RTP timestamps to steadily growing numbers. Each is interpreted as the value
 * nearest to the highest so far, so a step back of less than half the range (13 hours of video)
 * stays a step back. The first stays unchanged; earlier ones may become negative.
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
