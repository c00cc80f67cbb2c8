import { z } from 'zod';
import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';

const whole = z.int().nonnegative();
/** A series of samples with the same duration, as `[count, duration]`. */
const Repeated = z.tuple([whole, whole]);
const Line = z.object({
  msn: whole,
  fragments: z.array(
    z.object({
      base: whole,
      at: whole,
      sizes: z.array(whole),
      ticks: z.array(Repeated),
      keys: z.union([z.literal('all'), z.array(whole)]),
      /** Composition offsets; absent if all are 0. */
      offsets: z.array(z.int()).optional(),
    }),
  ),
});

/** Formats a line of a rendition's `samples.jsonl`: the sample table of one segment's file. */
export function samplesLine(msn: number, fragments: readonly PackagedFragment[]): string {
  const line: z.input<typeof Line> = {
    msn,
    fragments: fragments.map(({ baseTicks, offset, sizes, durationsTicks, keys, ...rest }) => ({
      base: baseTicks,
      at: offset,
      sizes: [...sizes],
      ticks: repeats(durationsTicks),
      keys: keys.length === sizes.length ? 'all' : [...keys],
      ...(rest.compositionsTicks && { offsets: [...rest.compositionsTicks] }),
    })),
  };
  return `${JSON.stringify(line)}\n`;
}

/** Parses a line; returns null if a crash or a full disk truncated it. */
export function readSamples(
  line: string,
): Readonly<{ msn: number; fragments: readonly PackagedFragment[] }> | null {
  const read = parse(line);
  if (!read) return null;
  const fragments = read.fragments.map(({ base, at, sizes, ticks, keys, offsets }) => ({
    baseTicks: base,
    offset: at,
    sizes,
    durationsTicks: ticks.flatMap(([count, each]) => Array.from({ length: count }, () => each)),
    keys: keys === 'all' ? sizes.map((_, index) => index) : keys,
    ...(offsets && { compositionsTicks: offsets }),
  }));
  return fragments.every(isComplete) ? { msn: read.msn, fragments } : null;
}

const isComplete = ({ sizes, durationsTicks, compositionsTicks }: PackagedFragment): boolean =>
  durationsTicks.length === sizes.length &&
  (compositionsTicks === undefined || compositionsTicks.length === sizes.length);

function parse(line: string): z.output<typeof Line> | null {
  try {
    return Line.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    // The sample table is then read from the segment itself.
    return null;
  }
}

function repeats(ticks: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const each of ticks) {
    const last = runs.at(-1);
    if (last?.[1] === each) last[0] += 1;
    else runs.push([1, each]);
  }
  return runs;
}
