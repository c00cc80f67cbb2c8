import type { RecordedInit, RecordedSegment } from '../journal/journal-line.js';
import { initName, type Vod, type VodRendition } from './vod.js';

/** A clip's part of one rendition in one run. */
type CutRendition = Readonly<{
  run: string;
  id: string;
  inits: readonly RecordedInit[];
  segments: readonly RecordedSegment[];
}>;

/** The segments that cover a part of a recording. */
export type Cut = Readonly<{
  renditions: readonly CutRendition[];
  /** The position within these segments at which the part starts. */
  playFromMs: number;
  /** The total duration of the segments. */
  durationMs: number;
  /** The capture time of the first segment's start, and of the last one's end. */
  fromWallMs: number;
  toWallMs: number;
  bytes: number;
}>;

/** Selects the segments that contain a part of the recording; returns null if there are none. */
export function cutVod(
  { renditions }: Vod,
  { startMs, endMs }: Readonly<{ startMs: number; endMs: number }>,
): Cut | null {
  const timed = renditions[0]?.segments;
  if (!timed) return null;
  let [atMs, fromMs, from, to] = [0, 0, -1, -1];
  for (let index = 0; index < timed.length && atMs < endMs; index += 1) {
    const untilMs = atMs + timed.durationS(index) * 1_000;
    if (untilMs > startMs) {
      if (from === -1) [from, fromMs] = [index, atMs];
      to = index;
    }
    atMs = untilMs;
  }
  if (from === -1) return null;
  const cut = renditions.flatMap((one) => cutRendition(one, from, to));
  let bytes = 0;
  for (const { segments } of cut) for (const segment of segments) bytes += segment.bytes;
  return {
    renditions: cut,
    playFromMs: Math.max(0, Math.round(startMs - fromMs)),
    durationMs: Math.round(atMs - fromMs),
    fromWallMs: timed.wallMs(from),
    toWallMs: timed.wallMs(to) + timed.durationS(to) * 1_000,
    bytes,
  };
}

/** Splits a rendition's segments from one index to another, including both, by run. */
function cutRendition({ id, inits, segments }: VodRendition, from: number, to: number) {
  const cut = new Map<string, { inits: Set<RecordedInit>; segments: RecordedSegment[] }>();
  for (let index = from; index <= to; index += 1) {
    const found = segments.at(index);
    if (!found) continue;
    const { run, rendition: _, ...segment } = found;
    const part = cut.get(run) ?? { inits: new Set(), segments: [] };
    const init = segment.init === null ? undefined : inits.get(initName(run, segment.init));
    if (init) part.inits.add(init);
    part.segments.push(segment);
    cut.set(run, part);
  }
  return [...cut].map(([run, part]): CutRendition => {
    return { run, id, inits: [...part.inits], segments: part.segments };
  });
}
