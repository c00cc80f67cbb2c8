const WRAP = 2 ** 32;

/**
 * Makes of 32-bit RTP times, which wrap around, numbers that go on growing. Each time is taken for the one
 * nearest to the highest so far, so steps back of less than half a turn (13 hours of video) stay steps
 * back. The first time stays as it is; one before it may be negative.
 */
export class TimestampUnwrapper {
  #highest: number | null = null;

  unwrap(rtpTime: number): number {
    const highest = this.#highest ?? rtpTime;
    // `| 0` takes the difference for a signed one of 32 bits.
    const time = highest + ((rtpTime - (((highest % WRAP) + WRAP) % WRAP)) | 0);
    this.#highest = Math.max(highest, time);
    return time;
  }
}
