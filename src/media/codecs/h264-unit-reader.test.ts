import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFlvFilm, type FlvPicture } from '../../../test/support/flv-film.js';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { NAL } from './h264-nal.js';
import { H264UnitReader } from './h264-unit-reader.js';

const LENGTH_BYTES = 4;

/** The types of the NAL units in a unit with 4-byte lengths. */
function typesIn(data: Uint8Array): number[] {
  const bytes = Buffer.from(data);
  const types: number[] = [];
  for (let at = 0; at < bytes.length; at += LENGTH_BYTES + bytes.readUInt32BE(at))
    types.push(bytes.readUInt8(at + LENGTH_BYTES) & 0x1f);
  return types;
}

const unit = ({ data, config }: FlvPicture) => ({ data, record: config });

/** Converts a unit with 4-byte lengths to lengths of a different size. */
function resized(data: Uint8Array, lengthBytes: number): Uint8Array {
  const bytes = Buffer.from(data);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const prefix = Buffer.alloc(lengthBytes);
    prefix.writeUIntBE(length, 0, lengthBytes);
    pieces.push(prefix, bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
    at += LENGTH_BYTES + length;
  }
  return Buffer.concat(pieces);
}

/** Joins NAL units, with 4-byte lengths. */
const sized = (...nals: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(nal.length);
      return [length, nal];
    }),
  );

describe('H264UnitReader', () => {
  it('reads every picture that FFmpeg writes with B-frames, with one config', async () => {
    const film = await encodeFlvFilm({ frames: 90, framesPerSecond: 30 });
    const reader = new H264UnitReader();
    const units = film.map((picture) => reader.push(unit(picture))!);
    expect(units.map(({ keyFrame }) => keyFrame)).toEqual(film.map(({ keyFrame }) => keyFrame));
    expect(new Set(units.map(({ config }) => config)).size).toBe(1);
    expect(units[0]!.config).toMatchObject({ width: 320, height: 180 });
    expect(Buffer.from(units[0]!.config.record)).toEqual(Buffer.from(film[0]!.config));
    for (const { data } of units)
      for (const type of typesIn(data)) expect([NAL.slice, NAL.idrSlice, NAL.sei]).toContain(type);
  });

  it('reads two-byte lengths', async () => {
    const film = await encodeFlvFilm({ frames: 10, framesPerSecond: 30 });
    const record = Uint8Array.from(film[0]!.config);
    record[4] = 0xfd;
    const [usual, other] = [new H264UnitReader(), new H264UnitReader()];
    for (const picture of film) {
      const expected = usual.push(unit(picture))!;
      expect(other.push({ data: resized(picture.data, 2), record })!.data).toEqual(expected.data);
    }
  });

  it('uses parameter sets that change within the units, and omits everything except pictures', async () => {
    const small = await encodeFlvFilm({ frames: 5, framesPerSecond: 30, x264: 'bframes=0' });
    const other = await encodeFlvFilm({ frames: 5, framesPerSecond: 30, x264: 'level=52' });
    const reader = new H264UnitReader();
    const before = reader.push(unit(small[0]!))!;
    // The sets of `other`, in band, after a delimiter.
    const { record } = new H264UnitReader().push(unit(other[0]!))!.config;
    const sets = setsOf(record);
    const data = Buffer.concat([sized(hex('09f0'), ...sets), other[0]!.data]);
    const after = reader.push({ data, record: small[0]!.config })!;
    expect(after.config).not.toBe(before.config);
    expect(Buffer.from(after.config.record)).toEqual(Buffer.from(record));
    expect(typesIn(after.data)).not.toContain(NAL.sps);
    expect(typesIn(after.data)).not.toContain(NAL.accessUnitDelimiter);
    expect(reader.push({ data: sized(hex('09f0')), record: small[0]!.config })).toBeNull();
    expect(reader.needsKeyFrame).toBe(false);
  });

  it('withholds units after malformed data, until an IDR picture', async () => {
    const film = await encodeFlvFilm({ frames: 70, framesPerSecond: 30 });
    const reader = new H264UnitReader();
    expect(reader.push(unit(film[1]!))).toBeNull();
    expect(reader.push(unit(film[0]!))).not.toBeNull();
    const cut = { ...unit(film[1]!), data: film[1]!.data.subarray(0, 10) };
    expect(reader.push(cut)).toBeNull();
    expect(reader.needsKeyFrame).toBe(true);
    const later = film.slice(2).map((picture) => reader.push(unit(picture)));
    expect(later.map((read) => read !== null)).toEqual(
      film.slice(2).map((_, index) => index >= 58),
    );
  });

  it('never throws, whatever the container contains', () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(fc.array(fc.record({ data: bytes, record: bytes })), (units) => {
        const reader = new H264UnitReader();
        for (const each of units) reader.push(each);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

/** The parameter sets in a record that contains one of each. */
function setsOf(record: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(record);
  const spsEnd = 8 + bytes.readUInt16BE(6);
  return [
    bytes.subarray(8, spsEnd),
    bytes.subarray(spsEnd + 3, spsEnd + 3 + bytes.readUInt16BE(spsEnd + 1)),
  ];
}
