import type { SegmentStart } from './rendition-writer.js';

/** Where all renditions of a run end a segment and begin the next. */
export type Boundary = Readonly<{
  start: SegmentStart;
  /** The position on the run's timeline, 90 kHz; `start.wallMs` is its capture time. */
  ticks: number;
  /**
   * The time of the frame that begins the segment; differs from `ticks` if that frame was too late.
   */
  instantTicks: number;
  /** When it was declared, server's clock. */
  declaredMs: number;
}>;
