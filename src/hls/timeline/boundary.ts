import type { SegmentStart } from './rendition-writer.js';

/** A position at which all renditions of a run end a segment and begin the next. */
export type Boundary = Readonly<{
  start: SegmentStart;
  /** The position on the run's timeline, in 90 kHz ticks; `start.wallMs` is its capture time. */
  ticks: number;
  /**
   * The time of the frame that begins the segment. It differs from `ticks` if the frame was too
   * late.
   */
  instantTicks: number;
  /** The time at which the boundary was declared, on the server's clock. */
  declaredMs: number;
}>;
