import { z } from 'zod';

/** An initialization section, as a line of a rendition's journal. */
export const RecordedInit = z.object({
  kind: z.literal('init'),
  file: z.string(),
  /** The codecs string, as defined by RFC 6381. */
  codecs: z.string(),
  /** Present for video only. */
  width: z.number().optional(),
  height: z.number().optional(),
  /** Present for audio only. */
  channels: z.number().optional(),
  /** The audio timescale, in ticks per second; absent for 48,000, as used for Opus. */
  timescale: z.number().positive().optional(),
});
export type RecordedInit = z.output<typeof RecordedInit>;

/** A segment, as a line of a rendition's journal. */
export const RecordedSegment = z.object({
  kind: z.literal('segment'),
  /** The segment's number within the run, which is the same in all renditions. */
  msn: z.int().nonnegative(),
  /** The file name; null for a gap. */
  file: z.string().nullable(),
  /** The file name of the segment's initialization section; null before the first section. */
  init: z.string().nullable(),
  durationS: z.number().positive(),
  /** The capture time of the segment's start, in milliseconds since 1970. */
  wallMs: z.number(),
  discontinuity: z.boolean(),
  bytes: z.int().nonnegative(),
  /** The number of samples. */
  frames: z.int().nonnegative(),
});
export type RecordedSegment = z.output<typeof RecordedSegment>;

/** One line of a rendition's journal. */
export const JournalLine = z.discriminatedUnion('kind', [RecordedInit, RecordedSegment]);
export type JournalLine = z.output<typeof JournalLine>;
