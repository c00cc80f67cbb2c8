/**
 * One sample of a track; times in ticks of the track's timescale. Without B-frames, decode time
 * equals presentation time.
 */
export type Sample = Readonly<{
  /**
   * H.264: NAL units with 4-byte lengths; AV1: OBUs without temporal delimiters; others: the frame.
   */
  data: Uint8Array;
  durationTicks: number;
  /** Can be decoded independently. Always true for audio. */
  keyFrame: boolean;
}>;
