/**
 * One sample of a track, with times in ticks of the track's timescale. Without B-frames, decode
 * time equals presentation time.
 */
export type Sample = Readonly<{
  /**
   * For H.264, NAL units with 4-byte lengths; for AV1, OBUs without temporal delimiters; for other
   * codecs, the frame.
   */
  data: Uint8Array;
  durationTicks: number;
  /** Whether the sample can be decoded independently. Always true for audio. */
  keyFrame: boolean;
}>;
