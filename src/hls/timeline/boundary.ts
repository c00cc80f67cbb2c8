import type { SegmentStart } from './rendition-writer.js';

/** Where all renditions of a run end a segment and begin the next. */
export type Boundary = Readonly<{
  start: SegmentStart;
  /** On the run's timeline, 90 kHz; what `start.wallMs` tells the capture time of. */
  ticks: number;
  /** The frame that begins the segment, by its time; differs from `ticks` when that came too late. */
  instantTicks: number;
  /** When it was declared, server's clock. */
  declaredMs: number;
}>;
