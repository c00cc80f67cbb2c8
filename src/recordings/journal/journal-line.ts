import { z } from 'zod';

/** An initialization section, as a line of a rendition's journal. */
export const RecordedInit = z.object({
  kind: z.literal('init'),
  file: z.string(),
  /** RFC 6381. */
  codecs: z.string(),
  /** Video only. */
  width: z.number().optional(),
  height: z.number().optional(),
  /** Audio only. */
  channels: z.number().optional(),
});
export type RecordedInit = z.output<typeof RecordedInit>;

/** A segment, as a line of a rendition's journal. */
export const RecordedSegment = z.object({
  kind: z.literal('segment'),
  /** Its number within the run, the same in all renditions. */
  msn: z.int().nonnegative(),
  /** null for a gap. */
  file: z.string().nullable(),
  /** The file of its initialization section; null before the first. */
  init: z.string().nullable(),
  durationS: z.number().positive(),
  /** The capture time of its start, milliseconds since 1970. */
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
