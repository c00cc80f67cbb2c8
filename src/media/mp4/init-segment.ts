import { box, type BoxContent, boxInPieces, fourCc, fullBox, u16, u32, zeros } from './box.js';
import { type CodecConfig, timescaleOf } from '../codecs/codec-config.js';
import { brandsOf, sampleEntry } from './sample-entry.js';

/** The language "und" in 3 x 5 bits. */
export const UNDETERMINED = 0x55c4;

/** The id of the single track of every segment. */
export const TRACK_ID = 1;

/** The transformation matrix (ISO/IEC 14496-12 6.2.2): no rotation, no scaling. */
export const UNITY_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(u32);

/** Returns the initialization section of one track: `ftyp`, and a `moov` without samples. */
export function initSegment(config: CodecConfig): Uint8Array {
  const ftyp = box('ftyp', fourCc('iso6'), u32(0), brandsOf(config));
  const moov = box('moov', movieHeader(), track(config), movieExtends());
  const bytes = new Uint8Array(ftyp.length + moov.length);
  bytes.set(ftyp);
  bytes.set(moov, ftyp.length);
  return bytes;
}

function movieHeader(): Uint8Array {
  return fullBox(
    'mvhd',
    {},
    zeros(8),
    u32(1_000),
    u32(0), // no fixed duration
    u32(0x10000), // speed
    u16(0x0100), // volume
    zeros(10),
    UNITY_MATRIX,
    zeros(24),
    u32(TRACK_ID + 1),
  );
}

function track(config: CodecConfig): Uint8Array {
  return box('trak', trackHeader(config), box('mdia', ...media(config)));
}

function trackHeader(config: CodecConfig): Uint8Array {
  const { width, height } = config.kind === 'video' ? config : { width: 0, height: 0 };
  return fullBox(
    'tkhd',
    { flags: 3 }, // enabled, in the movie
    zeros(8),
    u32(TRACK_ID),
    zeros(4),
    u32(0),
    zeros(8),
    u16(0),
    u16(0),
    u16(config.kind === 'audio' ? 0x0100 : 0),
    zeros(2),
    UNITY_MATRIX,
    u32(width * 0x10000),
    u32(height * 0x10000),
  );
}

function media(config: CodecConfig): readonly BoxContent[] {
  return [
    fullBox('mdhd', {}, zeros(8), u32(timescaleOf(config)), u32(0), u16(UNDETERMINED), zeros(2)),
    ...mediaDescription(
      config.kind,
      box(
        'stbl',
        fullBox('stsd', {}, u32(1), sampleEntry(config)),
        fullBox('stts', {}, u32(0)),
        fullBox('stsc', {}, u32(0)),
        fullBox('stsz', {}, zeros(8)),
        fullBox('stco', {}, u32(0)),
      ),
    ),
  ];
}

/**
 * Returns the boxes after a track's `mdhd`: its handler, a data reference to the same file, and its
 * sample tables.
 */
export function mediaDescription(
  kind: CodecConfig['kind'],
  ...stbl: readonly Uint8Array[]
): Uint8Array[] {
  const isVideo = kind === 'video';
  return [
    fullBox('hdlr', {}, zeros(4), fourCc(isVideo ? 'vide' : 'soun'), zeros(12), [
      ...fourCc(isVideo ? 'Video' : 'Sound'),
      0,
    ]),
    ...boxInPieces(
      'minf',
      isVideo ? fullBox('vmhd', { flags: 1 }, zeros(8)) : fullBox('smhd', {}, zeros(4)),
      box('dinf', fullBox('dref', {}, u32(1), fullBox('url ', { flags: 1 }))),
      ...stbl,
    ),
  ];
}

function movieExtends(): Uint8Array {
  return box('mvex', fullBox('trex', {}, u32(TRACK_ID), u32(1), zeros(12)));
}
