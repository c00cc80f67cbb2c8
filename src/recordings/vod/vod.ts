import type {
  RecordedInit,
  RecordedRendition,
  RecordedRun,
  RecordedSegment,
} from '../journal/recorded.js';

/** A segment of a recording, with where it is. */
export type VodSegment = RecordedSegment & Readonly<{ run: string; rendition: string }>;

/** A rendition through all runs. */
export type VodRendition = Readonly<{
  id: string;
  /** Its newest initialization section, which says what it is. */
  init: RecordedInit;
  segments: readonly VodSegment[];
}>;

/** A stretch that was recorded without a break. */
export type VodSpan = Readonly<{ atMs: number; durationMs: number; wallMs: number }>;

/** What there is to play, in order. All renditions have the same segments. */
export type Vod = Readonly<{
  renditions: readonly VodRendition[];
  spans: readonly VodSpan[];
  durationMs: number;
  bytes: number;
}>;

/** Clocks of the publisher are steered: so much is no break. */
const BREAK_MS = 500;

/**
 * Puts runs together, one after the other. Where they differ in what they have (sound was added, other
 * layers, another codec), those of the kind that lasts longest are played; players can't change between
 * sets. null: there is nothing to play.
 */
export function vodOf(runs: readonly RecordedRun[]): Vod | null {
  const whole = runs.map(alignRun).filter(({ renditions }) => renditions.length > 0);
  const kinds = Map.groupBy(whole, kindOf);
  const [longest] = [...kinds.values()].toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const [first] = longest ?? [];
  if (!longest || !first) return null;
  const renditions = first.renditions.map(({ id }) => joined(id, longest));
  const timed = renditions[0]?.segments ?? [];
  return {
    renditions,
    spans: spansOf(timed),
    durationMs: Math.round(timed.reduce((sum, { durationS }) => sum + durationS, 0) * 1_000),
    bytes: renditions
      .flatMap(({ segments }) => segments)
      .reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Of each run the segments that cover a stretch of what {@link vodOf} plays, and where in them it begins.
 * null: there is nothing there.
 */
export function cutRuns(
  runs: readonly RecordedRun[],
  { startMs, endMs }: Readonly<{ startMs: number; endMs: number }>,
): Readonly<{ runs: readonly RecordedRun[]; playFromMs: number }> | null {
  const vod = vodOf(runs);
  if (!vod) return null;
  let atMs = 0;
  let playFromMs: number | null = null;
  const wanted = new Map<string, Set<number>>();
  for (const { run, msn, durationS } of vod.renditions[0]?.segments ?? []) {
    const untilMs = atMs + durationS * 1_000;
    if (untilMs > startMs && atMs < endMs) {
      playFromMs ??= Math.max(0, Math.round(startMs - atMs));
      wanted.set(run, (wanted.get(run) ?? new Set()).add(msn));
    }
    atMs = untilMs;
  }
  if (playFromMs === null) return null;
  const cut = runs.flatMap(({ id, renditions }) => {
    const msns = wanted.get(id);
    return msns ? [{ id, renditions: renditions.map((one) => only(one, msns)) }] : [];
  });
  return { runs: cut, playFromMs };
}

/** What all its renditions have, from where all begin: after a crash one may have a segment more. */
function alignRun({ id, renditions }: RecordedRun): RecordedRun {
  const filled = renditions.filter(({ segments }) => segments.some(({ file }) => file !== null));
  if (filled.length === 0) return { id, renditions: [] };
  const from = Math.max(...filled.map((one) => one.segments.find(isThere)?.msn ?? 0));
  const to = Math.min(...filled.map(({ segments }) => segments.at(-1)?.msn ?? -1));
  if (from > to) return { id, renditions: [] };
  const msns = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const known = new Map(filled.flatMap(({ segments }) => segments).map((one) => [one.msn, one]));
  // What could be written of no rendition is left out of all.
  const there = new Set(msns.filter((msn) => known.has(msn)));
  return { id, renditions: filled.map((one) => only(withGaps(one, known), there)) };
}

/** What it has nothing of, though others do, it has as gaps. */
function withGaps(
  rendition: RecordedRendition,
  known: ReadonlyMap<number, RecordedSegment>,
): RecordedRendition {
  const own = new Set(rendition.segments.map(({ msn }) => msn));
  const gaps = [...known.values()]
    .filter(({ msn }) => !own.has(msn))
    .map((one) => ({ ...one, file: null, init: null, bytes: 0, frames: 0 }));
  const segments = [...rendition.segments, ...gaps].toSorted((a, b) => a.msn - b.msn);
  return { ...rendition, segments };
}

const isThere = ({ file }: RecordedSegment): boolean => file !== null;

function only(
  { id, inits, segments }: RecordedRendition,
  msns: ReadonlySet<number>,
): RecordedRendition {
  const kept = segments.filter(({ msn }) => msns.has(msn));
  const used = new Set(kept.map(({ init }) => init));
  return { id, segments: kept, inits: new Map([...inits].filter(([file]) => used.has(file))) };
}

/** Renditions and their codecs, without what changes with light and movement. */
function kindOf({ renditions }: RecordedRun): string {
  return renditions
    .map(({ id, inits }) => `${id}:${[...inits.values()].at(-1)?.codecs.split('.')[0] ?? ''}`)
    .toSorted()
    .join();
}

function lengthOf(runs: readonly RecordedRun[]): number {
  return runs
    .flatMap(({ renditions }) => renditions[0]?.segments ?? [])
    .reduce((sum, { durationS }) => sum + durationS, 0);
}

function joined(id: string, runs: readonly RecordedRun[]): VodRendition {
  const parts = runs.flatMap((run) => {
    const rendition = run.renditions.find((one) => one.id === id);
    return rendition ? [{ run: run.id, ...rendition }] : [];
  });
  const init = parts.flatMap(({ inits }) => [...inits.values()]).at(-1);
  if (!init) throw new Error(`a rendition ${id} without an initialization section`);
  const segments = parts.flatMap(({ run, segments: all }, part) =>
    all.map((segment, index) => ({
      ...segment,
      run,
      rendition: id,
      // Timestamps of another run begin anew, and jump where segments are missing.
      discontinuity:
        segment.discontinuity || (index === 0 ? part > 0 : all[index - 1]?.msn !== segment.msn - 1),
    })),
  );
  return { id, init, segments };
}

function spansOf(segments: readonly VodSegment[]): VodSpan[] {
  const spans: VodSpan[] = [];
  let atMs = 0;
  for (const { wallMs, durationS } of segments) {
    const durationMs = durationS * 1_000;
    const last = spans.at(-1);
    const isNext = last && Math.abs(last.wallMs + last.durationMs - wallMs) < BREAK_MS;
    if (last && isNext)
      spans[spans.length - 1] = { ...last, durationMs: last.durationMs + durationMs };
    else spans.push({ atMs, durationMs, wallMs });
    atMs += durationMs;
  }
  return spans;
}
