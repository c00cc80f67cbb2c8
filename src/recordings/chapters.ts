import { z } from 'zod';

/** A title of the broadcast, and the time from which it applies. */
export const RecordingChapter = z.object({ wallMs: z.number(), title: z.string() });
export type RecordingChapter = z.output<typeof RecordingChapter>;

export const Chapters = z.array(RecordingChapter);

/**
 * The maximum number of stored title changes. Further changes are ignored: a runaway script
 * probably makes them.
 */
export const CHAPTERS_MAX = 500;
