import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitWriter } from '../../../test/support/bit-writer.js';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { concat, hex } from '../../../test/support/rtp-packetizer.js';
import { parseSps } from './h264-sps.js';

type Fields = {
  profile?: number;
  chroma?: (bits: BitWriter) => void;
  order?: (bits: BitWriter) => void;
  mbs?: readonly [width: number, height: number];
  interlaced?: boolean;
  /** The crop offsets: left, right, top, bottom. */
  crop?: readonly number[];
};

/** Writes a set (ITU-T H.264 7.3.2.1.1) without zeros that would need emulation prevention. */
function sps(fields: Fields = {}): Uint8Array {
  const { profile = 66, chroma, order, mbs = [40, 23], interlaced = false, crop } = fields;
  const bits = new BitWriter().bits(profile, 8).bits(0xc0, 8).bits(31, 8).ue(0);
  chroma?.(bits);
  bits.ue(0);
  (order ?? ((b) => b.ue(2)))(bits);
  bits
    .ue(1)
    .bits(0, 1)
    .ue(mbs[0] - 1);
  bits.ue(mbs[1] / (interlaced ? 2 : 1) - 1).bits(interlaced ? 0 : 1, 1);
  if (interlaced) bits.bits(1, 1);
  bits.bits(1, 1).bits(crop === undefined ? 0 : 1, 1);
  for (const side of crop ?? []) bits.ue(side);
  return concat([0x67], bits.bits(0, 1).bytes());
}

/** Writes the fields from the chroma format to the scaling lists. */
const chromaOf =
  (format: number, { planes = 0, depth = 8, lists = (bits: BitWriter) => bits.bits(0, 1) } = {}) =>
  (bits: BitWriter) => {
    bits.ue(format);
    if (format === 3) bits.bits(planes, 1);
    bits
      .ue(depth - 8)
      .ue(depth - 8)
      .bits(0, 1);
    lists(bits);
  };

describe('parseSps', () => {
  it("reads Chromium's", () => {
    const chromium = hex('6742c01f8c8d405017fcb3506060607844235 0'.replaceAll(' ', ''));
    expect(parseSps(chromium)).toEqual({
      id: 0,
      profile: 66,
      constraints: 0xc0,
      level: 31,
      chromaFormat: 1,
      bitDepthLuma: 8,
      bitDepthChroma: 8,
      width: 640,
      height: 360,
      reorderDepth: 0,
    });
  });

  it.each([
    ['baseline', '6742c01f8c8d405017fcb35060606078442350', 0],
    ['High without B-frames', '6764000dacb202833f3c20000003002000000781e28549', 0],
    ['B-frames', '6764000dacd101419f9e10000003001000000303c0f1429120', 1],
    ['a pyramid of B-frames', '6764000dacd941419f9e10000003001000000303c0f1429960', 2],
    ['HRD parameters', '6764000dacd941419f9e10000003001000000303c602001e840007a12928c01e28532c', 2],
    ['a VUI that is cut off', '6764000dacd941419f9e1000000300', null],
  ])('reads how many pictures x264 reorders: %s', (_name, set, reorderDepth) => {
    expect(parseSps(hex(set))).toMatchObject({ reorderDepth });
  });

  it('removes emulation prevention bytes', () => {
    // From x264, 1920x1080, High profile. It contains 00 00 03 twice: before and within the VUI
    // timing information.
    const x264 = hex('67640028acd940780227e5c05a808080a0000003002000000781e30632c0');
    expect(parseSps(x264)).toMatchObject({ profile: 100, level: 40, width: 1920, height: 1080 });
  });

  it.each([
    ['none', {}, 640, 368],
    ['4:2:0', { crop: [0, 0, 0, 4] }, 640, 360],
    ['all four sides', { crop: [1, 2, 3, 4] }, 634, 354],
    ['fields', { interlaced: true, mbs: [40, 24], crop: [0, 0, 0, 6] }, 640, 360],
    ['4:2:2', { profile: 122, chroma: chromaOf(2), crop: [1, 0, 0, 8] }, 638, 360],
    ['4:4:4', { profile: 244, chroma: chromaOf(3), crop: [1, 0, 0, 8] }, 639, 360],
    ['planes', { profile: 244, chroma: chromaOf(3, { planes: 1 }), crop: [1, 0, 0, 8] }, 639, 360],
    ['monochrome', { profile: 100, chroma: chromaOf(0), crop: [1, 0, 0, 8] }, 639, 360],
  ] as [string, Fields, number, number][])('crops: %s', (_, fields, width, height) => {
    expect(parseSps(sps(fields))).toMatchObject({ width, height });
  });

  it('reads bit depths', () => {
    expect(parseSps(sps({ profile: 110, chroma: chromaOf(1, { depth: 10 }) }))).toMatchObject({
      chromaFormat: 1,
      bitDepthLuma: 10,
      bitDepthChroma: 10,
      width: 640,
    });
  });

  it('skips scaling lists: absent, ended early, complete', () => {
    const lists = (bits: BitWriter) => {
      bits.bits(1, 1); // a matrix follows
      bits.bits(0, 1); // list 0 falls back
      bits.bits(1, 1).se(-8); // list 1 is the default, since the first scale is 0
      bits.bits(1, 1).se(8).se(-16); // list 2 ends after a value
      bits.bits(1, 1); // list 3 is complete
      for (let i = 0; i < 16; i++) bits.se(i % 2 === 0 ? 3 : -3);
      bits.bits(0, 2).bits(1, 1); // list 6 is complete
      for (let i = 0; i < 64; i++) bits.se(1);
      return bits.bits(0, 1);
    };
    const set = sps({ profile: 100, chroma: chromaOf(1, { lists }), crop: [0, 0, 0, 4] });
    expect(parseSps(set)).toMatchObject({ width: 640, height: 360 });
  });

  it.each([
    ['0', (bits: BitWriter) => bits.ue(0).ue(4)],
    ['1', (bits: BitWriter) => bits.ue(1).bits(0, 1).se(-3).se(5).ue(2).se(7).se(-7)],
    ['2', (bits: BitWriter) => bits.ue(2)],
  ])('skips picture order count type %s', (_, order) => {
    expect(parseSps(sps({ order }))).toMatchObject({ width: 640, height: 368 });
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a header alone', hex('67')],
    ['a set cut short', sps().subarray(0, 7)],
    ['zeros', new Uint8Array(100)],
    ['a crop larger than the frame', sps({ crop: [0, 0, 200, 0] })],
    ['a frame that is too large', sps({ mbs: [2000, 23] })],
    [
      'a picture order of many steps',
      sps({
        order: (b) =>
          b
            .ue(1)
            .bits(0, 1)
            .se(0)
            .se(0)
            .ue(2 ** 31),
      }),
    ],
    ['a bit depth beyond 14', sps({ profile: 110, chroma: chromaOf(1, { depth: 16 }) })],
    ['a chroma format beyond 3', sps({ profile: 100, chroma: chromaOf(4) })],
  ])('returns null for %s', (_, set) => {
    expect(parseSps(set)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(66, 100, 244),
        (bytes, profile) => {
          const parsed = parseSps(concat([0x67, profile], bytes));
          expect(parsed?.width ?? 1).toBeGreaterThan(0);
        },
      ),
      { numRuns: fuzzRuns(500) },
    );
  });
});
