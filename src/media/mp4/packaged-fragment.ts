/** A sequence of samples in a segment's file, without gaps in time. */
export type PackagedFragment = Readonly<{
  /**
   * The decode time of the first sample, in ticks of its track (90 kHz for video, 48 kHz for audio),
   * on the run's timeline.
   */
  baseTicks: number;
  /** The file offset of the first sample. */
  offset: number;
  sizes: readonly number[];
  /** The differences between successive decode times. */
  durationsTicks: readonly number[];
  /**
   * The samples' presentation times minus their decode times; signed. Absent if all are 0, which
   * they always are without B-frames.
   */
  compositionsTicks?: readonly number[];
  /** The indices of samples that can be decoded independently. */
  keys: readonly number[];
}>;
