import { Turns } from '../../common/turns.js';
import type { RecordedInit } from '../journal/journal-line.js';
import type { RecordedRun } from '../journal/recorded.js';
import { type PlacedSegment, SegmentTable } from '../journal/segment-table.js';
import { type AlignedRun, alignRun } from './aligned-run.js';

/** A segment of a recording, with its position. */
export type VodSegment = PlacedSegment;

/** A rendition across all runs. */
export type VodRendition = Readonly<{
  id: string;
  /**
   * The initialization section that describes the rendition: the newest one with the largest frame
   * size.
   */
  init: RecordedInit;
  /** All initialization sections to which the segments refer, by {@link initName}. */
  inits: ReadonlyMap<string, RecordedInit>;
  segments: SegmentTable;
  /** The rendition's duration without gaps. */
  filledS: number;
}>;

/** An uninterrupted part of the recording. */
export type VodSpan = Readonly<{ atMs: number; durationMs: number; wallMs: number }>;

/** The playable media, in order. All renditions have the same segments. */
export type Vod = Readonly<{
  renditions: readonly VodRendition[];
  /** At most {@link SPANS_MAX}. */
  spans: readonly VodSpan[];
  durationMs: number;
  bytes: number;
}>;

/** Shorter jumps don't count as breaks, because publishers adjust their clocks. */
const BREAK_MS = 500;
/** Every viewer receives all spans. Beyond this number, small breaks are ignored. */
export const SPANS_MAX = 1_000;

/** Returns a unique name of an initialization section, because runs reuse file names. */
export const initName = (run: string, init: string): string => `${run}/${init}`;

/**
 * Concatenates runs. If their renditions differ (because audio was added, or the layers or a codec
 * changed), only runs of the kind with the longest total duration are played, because players can't
 * switch between sets of renditions. Returns null if there is nothing to play. Yields to other
 * work, because processing a one-day recording takes a while.
 */
export async function vodOf(
  runs: readonly RecordedRun[],
  turns: Turns = new Turns(),
): Promise<Vod | null> {
  const aligned: AlignedRun[] = [];
  for (const run of runs) {
    const one = await alignRun(run, turns);
    if (one) aligned.push(one);
  }
  const kinds = Map.groupBy(aligned, ({ kind }) => kind);
  const [longest] = [...kinds.values()].toSorted((a, b) => secondsOf(b) - secondsOf(a));
  const [first] = longest ?? [];
  if (!longest || !first) return null;
  const renditions: VodRendition[] = [];
  for (const { id } of first.renditions) renditions.push(await joined(id, longest, turns));
  const timed = renditions[0]?.segments ?? new SegmentTable('');
  let bytes = 0;
  for (const { segments } of renditions)
    for (let index = 0; index < segments.length; index += 1) bytes += segments.bytes(index);
  return {
    renditions,
    spans: spansOf(timed),
    durationMs: Math.round(secondsOf(longest) * 1_000),
    bytes,
  };
}

const secondsOf = (runs: readonly AlignedRun[]): number =>
  runs.reduce((sum, { seconds }) => sum + seconds, 0);

/**
 * Joins one rendition across all runs. Timestamps restart with each run and jump over missing
 * segments.
 */
async function joined(
  id: string,
  runs: readonly AlignedRun[],
  turns: Turns,
): Promise<VodRendition> {
  const segments = new SegmentTable(id);
  const inits = new Map<string, RecordedInit>();
  let largest: RecordedInit | undefined;
  let filledS = 0;
  for (const run of runs) {
    const place = run.renditions.findIndex((one) => one.id === id);
    for (const init of run.initsOf(place)) {
      inits.set(initName(run.id, init.file), init);
      if (!largest || pixelsOf(init) >= pixelsOf(largest)) largest = init;
    }
    for (let row = 0; row < run.length; row += 1) {
      if (turns.isOver) await turns.next();
      const { table, index, asGap } = run.at(place, row);
      const isBreak = row === 0 ? segments.length > 0 : run.msn(row - 1) !== run.msn(row) - 1;
      const discontinuity = table.discontinuity(index) || isBreak;
      segments.pushFrom(table, index, { run: run.id, discontinuity, asGap });
      if (!asGap && !table.isGap(index)) filledS += table.durationS(index);
    }
  }
  if (!largest) throw new Error(`rendition ${id} has no initialization section`);
  return { id, init: largest, inits, segments, filledS };
}

const pixelsOf = ({ width = 0, height = 0 }: RecordedInit): number => width * height;

function spansOf(segments: SegmentTable): VodSpan[] {
  for (let breakMs = BREAK_MS; ; breakMs *= 2) {
    const spans = spansBetween(segments, breakMs);
    if (spans) return spans;
  }
}

/** Returns the spans between breaks of at least this length; null if there are too many. */
function spansBetween(segments: SegmentTable, breakMs: number): VodSpan[] | null {
  const spans: VodSpan[] = [];
  let [atMs, fromMs, wallMs] = [0, 0, segments.wallMs(0)];
  for (let index = 0; index < segments.length; index += 1) {
    const isNext = Math.abs(wallMs + atMs - fromMs - segments.wallMs(index)) < breakMs;
    if (!isNext) {
      spans.push({ atMs: fromMs, durationMs: atMs - fromMs, wallMs });
      if (spans.length >= SPANS_MAX) return null;
      fromMs = atMs;
      wallMs = segments.wallMs(index);
    }
    atMs += segments.durationS(index) * 1_000;
  }
  if (atMs > fromMs) spans.push({ atMs: fromMs, durationMs: atMs - fromMs, wallMs });
  return spans;
}
