/** A sequence of samples in a segment's file, without gaps in time. */
export type PackagedFragment = Readonly<{
  /**
   * The presentation time of the first sample, in ticks of its track (90 kHz for video, 48 kHz for
   * audio), on the run's timeline.
   */
  baseTicks: number;
  /** The file offset of the first sample. */
  offset: number;
  sizes: readonly number[];
  durationsTicks: readonly number[];
  /** The indices of samples that can be decoded independently. */
  keys: readonly number[];
}>;
