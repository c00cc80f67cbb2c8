/**
 * One sample of a track, with times in ticks of the track's timescale. Samples follow one another in
 * decoding order.
 */
export type Sample = Readonly<{
  /**
   * For H.264, NAL units with 4-byte lengths; for AV1, OBUs without temporal delimiters; for other
   * codecs, the frame.
   */
  data: Uint8Array;
  /** The decode time of the next sample minus that of this one. */
  durationTicks: number;
  /**
   * The presentation time minus the decode time; signed. Absent if they are equal, which they
   * always are without B-frames.
   */
  compositionTicks?: number;
  /** Whether the sample can be decoded independently. Always true for audio. */
  keyFrame: boolean;
}>;
