import { box, boxInPieces, fourCc, fullBox, lengthOf, u16, u32, u64, zeros } from './box.js';
import type { CodecConfig } from '../codecs/codec-config.js';
import { mediaDescription, UNDETERMINED, UNITY_MATRIX } from './init-segment.js';
import type { SampleTable } from './sample-table.js';

/** A track of a complete file. */
export type MovieTrack = Readonly<{
  kind: CodecConfig['kind'];
  /** Ticks per second. */
  timescale: number;
  /** The width of video; 0 for audio. */
  width: number;
  height: number;
  /** The track's sample entries, as in `stsd`. */
  entries: readonly Uint8Array[];
  table: SampleTable;
}>;

export type MovieAbout = Readonly<{
  dataBytes: number;
  /** The capture time, in milliseconds since 1970. */
  createdMs: number;
}>;

const MOVIE_TIMESCALE = 90_000;
/** The number of seconds from 1904, the epoch of MP4 dates (8.2.2.3), to 1970. */
const SECONDS_1904_TO_1970 = 2_082_844_800;
const HEAD_OF_DATA = 16;

/**
 * Returns the beginning of an MP4 file whose index comes first (ISO/IEC 14496-12): `ftyp`, `moov`,
 * and the header of an `mdat` of the given size. Chunk offsets are relative to the start of the
 * content of `mdat`.
 */
export function movieHead(
  tracks: readonly MovieTrack[],
  { dataBytes, createdMs }: MovieAbout,
): Uint8Array {
  const brands = ['isom', 'iso6', 'mp41'].flatMap(fourCc);
  const ftyp = box('ftyp', fourCc('isom'), u32(512), brands);
  // The size of the `moov` doesn't depend on where the data starts.
  const length = lengthOf(movie(tracks, { from: null, createdMs }));
  const from = ftyp.length + length + HEAD_OF_DATA;
  const moov = movie(tracks, { from, createdMs });
  // A size of 1 means that a 64-bit size follows.
  const mdat = [...u32(1), ...fourCc('mdat'), ...u64(HEAD_OF_DATA + dataBytes)];
  return Buffer.concat([ftyp, ...moov, Uint8Array.from(mdat)]);
}

type Place = Readonly<{ from: number | null; createdMs: number }>;

function movie(tracks: readonly MovieTrack[], { from, createdMs }: Place): Uint8Array[] {
  const durations = tracks.map(({ timescale, table }) => inMovie(timescale, table.endTicks));
  return boxInPieces(
    'moov',
    fullBox(
      'mvhd',
      { version: 1 },
      dates(createdMs),
      u32(MOVIE_TIMESCALE),
      u64(Math.max(0, ...durations)),
      u32(0x10000), // speed
      u16(0x0100), // volume
      zeros(10),
      UNITY_MATRIX,
      zeros(24),
      u32(tracks.length + 1),
    ),
    ...tracks.flatMap((track, index) => trackBox(track, index + 1, { from, createdMs })),
  );
}

function trackBox(track: MovieTrack, id: number, { from, createdMs }: Place): Uint8Array[] {
  const { kind, timescale, width, height, entries, table } = track;
  return boxInPieces(
    'trak',
    fullBox(
      'tkhd',
      { version: 1, flags: 3 }, // enabled, in the movie
      dates(createdMs),
      u32(id),
      zeros(4),
      u64(inMovie(timescale, table.endTicks)),
      zeros(8),
      u16(0),
      u16(0),
      u16(kind === 'audio' ? 0x0100 : 0),
      zeros(2),
      UNITY_MATRIX,
      u32(width * 0x10000),
      u32(height * 0x10000),
    ),
    ...edits(track),
    ...boxInPieces(
      'mdia',
      fullBox(
        'mdhd',
        { version: 1 },
        dates(createdMs),
        u32(timescale),
        u64(table.endTicks - table.startTicks),
        u16(UNDETERMINED),
        zeros(2),
      ),
      ...mediaDescription(kind, ...table.box({ entries, from })),
    ),
  );
}

/**
 * Returns an edit list (8.6.6). It begins with an empty edit if the track starts after the movie
 * does. With B-frames, it declares that the track is shown from its first sample on. Otherwise,
 * FFmpeg would show it later.
 */
function edits({ timescale, table }: MovieTrack): Uint8Array[] {
  const { startTicks, endTicks, reorders } = table;
  if (startTicks === 0 && !reorders) return [];
  const speed = [...u16(1), ...u16(0)];
  const nothing = [
    ...u64(inMovie(timescale, startTicks)),
    ...u32(2 ** 32 - 1),
    ...u32(2 ** 32 - 1),
  ];
  const rows = [
    ...(startTicks === 0 ? [] : [[...nothing, ...speed]]),
    [...u64(inMovie(timescale, endTicks - startTicks)), ...u64(0), ...speed],
  ];
  return [box('edts', fullBox('elst', { version: 1 }, u32(rows.length), ...rows))];
}

const inMovie = (timescale: number, ticks: number): number =>
  Math.round((ticks * MOVIE_TIMESCALE) / timescale);

/** The creation and modification dates. */
function dates(createdMs: number): number[] {
  const date = u64(Math.floor(createdMs / 1_000) + SECONDS_1904_TO_1970);
  return [...date, ...date];
}
