/** One sample of a track; times in ticks of the track's timescale. There are no B frames: decode time is presentation time. */
export type Sample = Readonly<{
  /** H.264: NAL units with a length of 4 bytes each, in fragments with the parameter sets before a key frame; AV1: OBUs without temporal delimiters; others: the frame. */
  data: Uint8Array;
  durationTicks: number;
  /** Can be decoded without those before. Always true for sound. */
  keyFrame: boolean;
}>;
