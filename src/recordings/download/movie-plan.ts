import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';
import { Turns } from '../../common/turns.js';
import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import { movieHead } from '../../media/mp4/movie.js';
import { parameterSetsOf } from '../../media/mp4/parameter-sets.js';
import { SampleTable } from '../../media/mp4/sample-table.js';
import { MovieData, type MoviePiece } from './movie-data.js';
import type { Vod, VodRendition, VodSegment } from '../vod/vod.js';

/** The layout of a recording's MP4: its header, followed by the segments' files. */
export type MoviePlan = Readonly<{
  head: Uint8Array;
  pieces: readonly MoviePiece[];
  /** The length of the whole movie. */
  byteLength: number;
}>;

/** Access to the files from which a movie is planned. */
export type MovieSource = Readonly<{
  /** Returns the fragments in a segment's file. */
  fragments: (segment: VodSegment) => Promise<readonly PackagedFragment[]>;
  /** Returns the sample entry in an initialization section. */
  sampleEntry: (rendition: string, run: string, init: string) => Promise<Uint8Array>;
  /** Returns the storage key of a segment's file. */
  keyOf: (segment: VodSegment) => string;
}>;

type Planned = Readonly<{
  rendition: VodRendition;
  table: SampleTable;
  /**
   * The distinct sample entries in order of appearance, and the entry of each initialization
   * section.
   */
  entries: EntryAt[];
  entryOf: Map<string, EntryAt>;
}>;
type EntryAt = Readonly<{ index: number; bytes: Uint8Array; parameterSets: Uint8Array | null }>;

/** A rendition can be chosen if its duration is at least this fraction of the longest one's. */
const FULL_ENOUGH = 0.95;

/**
 * Returns the video rendition for a download: the best one that covers nearly the whole recording,
 * or null if there is no video.
 */
export function bestVideo({ renditions }: Vod): VodRendition | null {
  const video = renditions
    .filter(({ id }) => id.startsWith('video-'))
    .toSorted((a, b) => b.id.localeCompare(a.id));
  const fullest = video.reduce((most, { filledS }) => Math.max(most, filledS), 0);
  return video.find(({ filledS }) => filledS >= fullest * FULL_ENOUGH) ?? null;
}

/**
 * Plans a movie from one video rendition, one audio rendition, or both, which must have the same
 * segments. Files are included unchanged; the index skips the bytes between their samples. Gaps in
 * the recording are closed. If H.264 was encoded with more than one configuration, its parameter
 * sets are inserted before every key frame, because Chromium uses only the first ones in the index.
 */
export async function planMovie(
  renditions: readonly VodRendition[],
  source: MovieSource,
  turns: Turns = new Turns(),
): Promise<MoviePlan> {
  const tracks = renditions.map((rendition): Planned => {
    return { rendition, table: new SampleTable(), entries: [], entryOf: new Map() };
  });
  for (const track of tracks) await findEntries(track, source);
  const data = new MovieData();
  /**
   * The movie's current time, and the offset from file time to movie time, which is null from a
   * discontinuity until the next media.
   */
  let atS = 0;
  let aheadS: number | null = null;
  const count = renditions.reduce((most, { segments }) => Math.max(most, segments.length), 0);
  for (let index = 0; index < count; index += 1) {
    // Processing several hours of samples takes a second, so yield to other work.
    if (turns.isOver) await turns.next();
    const segments = renditions.flatMap((one) => one.segments.at(index) ?? []);
    if (index === 0 || segments.some(({ discontinuity }) => discontinuity)) aheadS = null;
    const filled = await partsAt(tracks, index, source);
    aheadS ??= filled.length === 0 ? null : atS - Math.min(...filled.map(startOf));
    if (aheadS === null) atS += segments[0]?.durationS ?? 0;
    for (const { track, segment, fragments, entry } of filled) {
      const { timescale } = aboutOf(track);
      const placed = data.add({
        key: source.keyOf(segment),
        bytes: segment.bytes,
        fragments,
        beforeKeys: track.entries.length > 1 ? entry.parameterSets : null,
      });
      const begins = track.table.isEmpty && aboutOf(track).kind === 'video';
      for (const { baseTicks, ...samples } of begins ? fromFirstKey(placed) : placed)
        track.table.add({
          startTicks: baseTicks + Math.round((aheadS ?? 0) * timescale),
          entry: entry.index,
          ...samples,
        });
      atS = Math.max(atS, track.table.endTicks / timescale);
    }
  }
  for (const { table } of tracks) {
    table.settle();
    await turns.next();
  }
  const head = movieHead(tracks.map(movieTrackOf), {
    dataBytes: data.byteLength,
    createdMs: renditions[0]?.segments.at(0)?.wallMs ?? 0,
  });
  return { head, pieces: data.pieces, byteLength: head.length + data.byteLength };
}

type PartOfTrack = Readonly<{
  track: Planned;
  segment: VodSegment;
  fragments: readonly PackagedFragment[];
  entry: EntryAt;
}>;

/** Returns each track's part of one segment. */
async function partsAt(
  tracks: readonly Planned[],
  index: number,
  source: MovieSource,
): Promise<PartOfTrack[]> {
  const parts = tracks.map(async (track): Promise<PartOfTrack[]> => {
    const segment = track.rendition.segments.at(index);
    if (!segment || segment.file === null || segment.init === null) return [];
    const entry = track.entryOf.get(nameOf(segment));
    if (!entry) return [];
    return [{ track, segment, fragments: await source.fragments(segment), entry }];
  });
  return (await Promise.all(parts)).flat().filter(({ fragments }) => fragments.length > 0);
}

/** Reads all sample entries of a track. */
async function findEntries(
  { rendition, entries, entryOf }: Planned,
  source: MovieSource,
): Promise<void> {
  const isVideo = rendition.id.startsWith('video-');
  for (const segment of rendition.segments) {
    if (segment.init === null || entryOf.has(nameOf(segment))) continue;
    const bytes = await source.sampleEntry(rendition.id, segment.run, segment.init);
    let entry = entries.find((one) => Buffer.compare(one.bytes, bytes) === 0);
    if (!entry) {
      const parameterSets = isVideo ? parameterSetsOf(bytes) : null;
      entry = { index: entries.length, bytes, parameterSets };
      entries.push(entry);
    }
    entryOf.set(nameOf(segment), entry);
  }
}

/** Returns the name of a segment's initialization section. */
const nameOf = ({ run, init }: VodSegment): string => `${run}/${init}`;

function movieTrackOf(track: Planned) {
  const { init } = track.rendition;
  return {
    ...aboutOf(track),
    width: init.width ?? 0,
    height: init.height ?? 0,
    entries: track.entries.map(({ bytes }) => bytes),
    table: track.table,
  };
}

function aboutOf({ rendition }: Planned): { kind: 'video' | 'audio'; timescale: number } {
  if (rendition.id.startsWith('video-')) return { kind: 'video', timescale: VIDEO_TIMESCALE };
  return { kind: 'audio', timescale: rendition.init.timescale ?? AUDIO_TIMESCALE };
}

/**
 * Drops the samples before the first key frame, which cannot be decoded. Segments can begin without
 * a key frame if the layers' key frames aren't aligned.
 */
function fromFirstKey(fragments: readonly PackagedFragment[]): PackagedFragment[] {
  const at = fragments.findIndex(({ keys }) => keys.length > 0);
  const first = fragments[at];
  if (!first) return [];
  const { baseTicks, offset, sizes, durationsTicks, compositionsTicks, keys } = first;
  const [skipped = 0] = keys;
  const decodable = {
    baseTicks: baseTicks + sumOf(durationsTicks.slice(0, skipped)),
    offset: offset + sumOf(sizes.slice(0, skipped)),
    sizes: sizes.slice(skipped),
    durationsTicks: durationsTicks.slice(skipped),
    ...(compositionsTicks && { compositionsTicks: compositionsTicks.slice(skipped) }),
    keys: keys.map((key) => key - skipped),
  };
  return [decodable, ...fragments.slice(at + 1)];
}

const sumOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0);

/**
 * Returns the decode time of the first sample, in seconds on the files' timeline. A key frame is
 * shown at its decode time.
 */
function startOf({ track, fragments: [first] }: PartOfTrack): number {
  return (first?.baseTicks ?? 0) / aboutOf(track).timescale;
}
