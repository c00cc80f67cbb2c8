import { z } from 'zod';

/** What a broadcast was called from a time on. */
export const RecordingChapter = z.object({ wallMs: z.number(), title: z.string() });
export type RecordingChapter = z.output<typeof RecordingChapter>;

export const Chapters = z.array(RecordingChapter);

/** More changes of a title are left out: a program may have run wild. */
export const CHAPTERS_MAX = 500;
