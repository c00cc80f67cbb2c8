import { z } from 'zod';

/** A broadcast title, and the time from which it applies. */
export const RecordingChapter = z.object({ wallMs: z.number(), title: z.string() });
export type RecordingChapter = z.output<typeof RecordingChapter>;

export const Chapters = z.array(RecordingChapter);

/**
 * The maximum number of stored title changes. Further changes are ignored, because they probably
 * come from a runaway script.
 */
export const CHAPTERS_MAX = 500;
