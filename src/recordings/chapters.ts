import { z } from 'zod';

/** A title of the broadcast, and the time from which the title applies. */
export const RecordingChapter = z.object({ wallMs: z.number(), title: z.string() });
export type RecordingChapter = z.output<typeof RecordingChapter>;

export const Chapters = z.array(RecordingChapter);

/**
 * The maximum number of stored title changes. Further changes, which are probably made by a runaway
 * script, are ignored.
 */
export const CHAPTERS_MAX = 500;
