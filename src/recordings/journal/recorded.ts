import { z } from 'zod';

/** An initialization section, as a line of a rendition's journal. */
export const RecordedInit = z.object({
  kind: z.literal('init'),
  file: z.string(),
  /** RFC 6381. */
  codecs: z.string(),
  /** Of video. */
  width: z.number().optional(),
  height: z.number().optional(),
  /** Of sound. */
  channels: z.number().optional(),
});
export type RecordedInit = z.output<typeof RecordedInit>;

/** A segment, as a line of a rendition's journal. */
export const RecordedSegment = z.object({
  kind: z.literal('segment'),
  /** Its number in the run: the same in all renditions. */
  msn: z.int().nonnegative(),
  /** null: there is nothing of it. */
  file: z.string().nullable(),
  /** The file of its initialization section; null before the first. */
  init: z.string().nullable(),
  durationS: z.number().positive(),
  /** When what it begins with was captured, milliseconds since 1970. */
  wallMs: z.number(),
  discontinuity: z.boolean(),
  bytes: z.int().nonnegative(),
  /** Samples in it. */
  frames: z.int().nonnegative(),
});
export type RecordedSegment = z.output<typeof RecordedSegment>;

/** One line of a rendition's journal. */
export const JournalLine = z.discriminatedUnion('kind', [RecordedInit, RecordedSegment]);
export type JournalLine = z.output<typeof JournalLine>;

/** One rendition of a run, as far as its journal tells. */
export type RecordedRendition = Readonly<{
  /** `video-2`, `opus`. */
  id: string;
  /** By file. */
  inits: ReadonlyMap<string, RecordedInit>;
  /** In order. */
  segments: readonly RecordedSegment[];
}>;

/** A set of renditions with the same segments. */
export type RecordedRun = Readonly<{ id: string; renditions: readonly RecordedRendition[] }>;

/**
 * Reads a rendition's journal, up to its last complete line: a crash may have cut what comes after. Lines that a
 * full disk cut are left out, and segments whose initialization section was on one of these.
 */
export function readJournal(id: string, text: string): RecordedRendition {
  const inits = new Map<string, RecordedInit>();
  const segments: RecordedSegment[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const read = parseLine(line);
    if (read?.kind === 'init') inits.set(read.file, read);
    if (read?.kind === 'segment') segments.push(read);
  }
  const playable = segments.filter(({ file, init }) => file === null || inits.has(init ?? ''));
  // A gap is told at once, what is before it only when it is on the disk.
  return { id, inits, segments: playable.toSorted((a, b) => a.msn - b.msn) };
}

function parseLine(line: string): JournalLine | null {
  try {
    return JournalLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    // A disk that lost power leaves anything behind.
    return null;
  }
}

/** A line for a journal. */
export const journalLine = (line: JournalLine): string => `${JSON.stringify(line)}\n`;

/** What all files of runs take. */
export const bytesOf = (runs: readonly RecordedRun[]): number =>
  runs
    .flatMap(({ renditions }) => renditions)
    .flatMap(({ segments }) => segments)
    .reduce((sum, { bytes }) => sum + bytes, 0);

/** Segments between others were kept of no rendition. */
export function hasHoles({ renditions }: RecordedRun): boolean {
  const there = [
    ...new Set(renditions.flatMap(({ segments }) => segments.map(({ msn }) => msn))),
  ].toSorted((a, b) => a - b);
  return there.some((msn, index) => index > 0 && msn - 1 !== there[index - 1]);
}
