import { z } from 'zod';

/** A title of the broadcast, and when it took effect. */
export const RecordingChapter = z.object({ wallMs: z.number(), title: z.string() });
export type RecordingChapter = z.output<typeof RecordingChapter>;

export const Chapters = z.array(RecordingChapter);

/**
 * The number of title changes stored; further ones, probably from a runaway program, are ignored.
 */
export const CHAPTERS_MAX = 500;
