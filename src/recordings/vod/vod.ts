import { Turns } from '../../common/turns.js';
import type { RecordedInit } from '../journal/journal-line.js';
import type { RecordedRun } from '../journal/recorded.js';
import { type PlacedSegment, SegmentTable } from '../journal/segment-table.js';
import { type AlignedRun, alignRun } from './aligned-run.js';

/** A segment of a recording, with where it is. */
export type VodSegment = PlacedSegment;

/** A rendition through all runs. */
export type VodRendition = Readonly<{
  id: string;
  /** The initialization section that says what it is: of the largest picture in it, the newest of these. */
  init: RecordedInit;
  /** All that its segments name, by {@link initName}. */
  inits: ReadonlyMap<string, RecordedInit>;
  segments: SegmentTable;
  /** How much of it there is, without gaps. */
  filledS: number;
}>;

/** A stretch that was recorded without a break. */
export type VodSpan = Readonly<{ atMs: number; durationMs: number; wallMs: number }>;

/** What there is to play, in order. All renditions have the same segments. */
export type Vod = Readonly<{
  renditions: readonly VodRendition[];
  /** At most {@link SPANS_MAX}. */
  spans: readonly VodSpan[];
  durationMs: number;
  bytes: number;
}>;

/** Clocks of the publisher are steered: so much is no break. */
const BREAK_MS = 500;
/** Everybody who watches is told all spans: with more of them smaller breaks don't count. */
export const SPANS_MAX = 1_000;

/** Initialization sections of different runs have the same names. */
export const initName = (run: string, init: string): string => `${run}/${init}`;

/**
 * Puts runs together, one after the other. Where they differ in what they have (sound was added, other
 * layers, another codec), those of the kind that lasts longest are played; players can't change between
 * sets. null: there is nothing to play. Days of segments take a while: others have their turns.
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

/** One rendition through all runs. Timestamps of another run begin anew, and jump where segments are missing. */
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
  if (!largest) throw new Error(`a rendition ${id} without an initialization section`);
  return { id, init: largest, inits, segments, filledS };
}

const pixelsOf = ({ width = 0, height = 0 }: RecordedInit): number => width * height;

function spansOf(segments: SegmentTable): VodSpan[] {
  for (let breakMs = BREAK_MS; ; breakMs *= 2) {
    const spans = spansBetween(segments, breakMs);
    if (spans) return spans;
  }
}

/** The stretches between breaks of at least so much; null: there are too many. */
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
