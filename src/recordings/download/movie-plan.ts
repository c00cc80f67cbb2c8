import type { PackagedFragment } from '../../broadcast/ports.js';
import { timescaleOf } from '../../hls/mp4/codec-config.js';
import { movieHead } from '../../hls/mp4/movie.js';
import { SampleTable } from '../../hls/mp4/sample-table.js';
import type { Vod, VodRendition, VodSegment } from '../vod/vod.js';

/** A file of which all bytes are in the movie, at a place of its data. */
export type MoviePiece = Readonly<{ key: string; at: number; bytes: number }>;

/** One MP4 of a recording: its head, and the segments' files one after another. */
export type MoviePlan = Readonly<{
  head: Uint8Array;
  pieces: readonly MoviePiece[];
  /** Of all of it. */
  byteLength: number;
}>;

/** What is read of files to plan a movie. */
export type MovieSource = Readonly<{
  /** What a segment's file is made of. */
  fragments: (segment: VodSegment) => Promise<readonly PackagedFragment[]>;
  /** What the segments after an initialization section are coded in. */
  sampleEntry: (rendition: string, run: string, init: string) => Promise<Uint8Array>;
  /** Where a segment's file is. */
  keyOf: (segment: VodSegment) => string;
}>;

type Planned = { rendition: VodRendition; table: SampleTable; entries: Map<string, EntryAt> };
type EntryAt = Readonly<{ index: number; bytes: Uint8Array }>;

/** Renditions that have less than this of what the fullest has are not taken as the best. */
const FULL_ENOUGH = 0.95;

/** The rendition of pictures that is in a download: the best that is there all along; null: there are none. */
export function bestVideo({ renditions }: Vod): VodRendition | null {
  const video = renditions
    .filter(({ id }) => id.startsWith('video-'))
    .toSorted((a, b) => b.id.localeCompare(a.id));
  const fullest = Math.max(0, ...video.map(secondsOf));
  return video.find((one) => secondsOf(one) >= fullest * FULL_ENOUGH) ?? null;
}

/**
 * Plans a movie of some renditions, which have the same segments: a picture and a sound, or one of these. The files are
 * in it as they are; what lies between their samples is skipped by the index. Time goes on without a break where the
 * recording has one.
 */
export async function planMovie(
  renditions: readonly VodRendition[],
  source: MovieSource,
): Promise<MoviePlan> {
  const tracks = renditions.map((rendition): Planned => {
    return { rendition, table: new SampleTable(), entries: new Map() };
  });
  const pieces: MoviePiece[] = [];
  let dataBytes = 0;
  /** Where the movie has come to, and what its time is ahead of the files'; null: not known since a break. */
  let atS = 0;
  let aheadS: number | null = null;
  const count = Math.max(0, ...renditions.map(({ segments }) => segments.length));
  for (let index = 0; index < count; index += 1) {
    const there = await partsAt(tracks, index, source);
    if (there.some(({ segment }) => segment.discontinuity) || index === 0) aheadS = null;
    const filled = there.filter(({ fragments }) => fragments.length > 0);
    aheadS ??= filled.length === 0 ? null : atS - Math.min(...filled.map(startOf));
    if (aheadS === null) atS += there[0]?.segment.durationS ?? 0;
    for (const { track, segment, fragments, entry } of filled) {
      const { kind, timescale } = aboutOf(track);
      for (const { baseTicks, offset, ...samples } of fragments)
        track.table.add({
          startTicks: baseTicks + Math.round((aheadS ?? 0) * timescale),
          offset: dataBytes + offset,
          entry,
          ...samples,
        });
      pieces.push({ key: source.keyOf(segment), at: dataBytes, bytes: segment.bytes });
      dataBytes += segment.bytes;
      atS = Math.max(atS, track.table.endTicks / timescaleOf({ kind }));
    }
  }
  const head = movieHead(tracks.map(movieTrackOf), dataBytes);
  return { head, pieces, byteLength: head.length + dataBytes };
}

type PartOfTrack = Readonly<{
  track: Planned;
  segment: VodSegment;
  fragments: readonly PackagedFragment[];
  entry: number;
}>;

/** What the tracks have of one segment. */
async function partsAt(
  tracks: readonly Planned[],
  index: number,
  source: MovieSource,
): Promise<PartOfTrack[]> {
  const parts = tracks.map(async (track): Promise<PartOfTrack[]> => {
    const segment = track.rendition.segments[index];
    if (!segment) return [];
    if (segment.file === null || segment.init === null)
      return [{ track, segment, fragments: [], entry: 0 }];
    const fragments = await source.fragments(segment);
    const entry = await entryOf(track, segment.run, segment.init, source);
    return [{ track, segment, fragments, entry }];
  });
  return (await Promise.all(parts)).flat();
}

/** The place of a sample entry among the track's; the same one is there once. */
async function entryOf(
  { rendition, entries }: Planned,
  run: string,
  init: string,
  source: MovieSource,
): Promise<number> {
  const name = `${run}/${init}`;
  const known = entries.get(name);
  if (known) return known.index;
  const bytes = await source.sampleEntry(rendition.id, run, init);
  const same = [...entries.values()].find((one) => Buffer.compare(one.bytes, bytes) === 0);
  const entry = same ?? {
    index: new Set([...entries.values()].map(({ index }) => index)).size,
    bytes,
  };
  entries.set(name, entry);
  return entry.index;
}

function movieTrackOf(track: Planned) {
  const { init } = track.rendition;
  const bytes = new Map([...track.entries.values()].map((one) => [one.index, one.bytes]));
  return {
    kind: aboutOf(track).kind,
    width: init.width ?? 0,
    height: init.height ?? 0,
    entries: [...bytes.values()],
    table: track.table,
  };
}

function aboutOf({ rendition }: Planned): { kind: 'video' | 'audio'; timescale: number } {
  const kind = rendition.id.startsWith('video-') ? 'video' : 'audio';
  return { kind, timescale: timescaleOf({ kind }) };
}

/** When the first sample is shown by the files' time, seconds. */
function startOf({ track, fragments: [first] }: PartOfTrack): number {
  return (first?.baseTicks ?? 0) / aboutOf(track).timescale;
}

const secondsOf = ({ segments }: VodRendition): number =>
  segments.reduce((sum, { file, durationS }) => sum + (file === null ? 0 : durationS), 0);
