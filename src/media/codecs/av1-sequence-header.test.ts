import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitWriter } from '../../../test/support/bit-writer.js';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { concat, hex } from '../../../test/support/rtp-packetizer.js';
import { av1Config } from './av1-config.js';
import { parseAv1SequenceHeader } from './av1-sequence-header.js';

type Sequence = {
  profile?: number;
  level?: number;
  tier?: number;
  timing?: boolean;
  points?: number;
  color?: (bits: BitWriter) => void;
  tools?: (bits: BitWriter) => void;
};

/** Returns a sequence header (AV1 5.5) for 1280x720. */
function sequence(fields: Sequence): Uint8Array {
  const { profile = 0, level = 5, tier = 0, timing = false, points = 1 } = fields;
  const bits = new BitWriter()
    .bits(profile, 3)
    .bits(0, 2)
    .bits(timing ? 1 : 0, 1);
  if (timing) {
    bits.bits(1, 32).bits(30, 32).bits(1, 1).ue(5);
    bits.bits(1, 1).bits(9, 5).bits(1, 32).bits(3, 5).bits(4, 5);
  }
  bits.bits(timing ? 1 : 0, 1).bits(points - 1, 5);
  for (let i = 0; i < points; i++) {
    bits.bits(0x101 << i, 12).bits(level - i, 5);
    if (level - i > 7) bits.bits(tier, 1);
    if (timing) bits.bits(1, 1).bits(7, 10).bits(8, 10).bits(1, 1).bits(1, 1).bits(5, 4);
  }
  bits.bits(10, 4).bits(9, 4).bits(1279, 11).bits(719, 10);
  (fields.tools ?? ((b) => b.bits(0, 8).bits(0, 1).bits(1, 1).bits(1, 1).bits(0, 3)))(bits);
  (fields.color ?? ((b) => b.bits(0, 3).bits(0, 1).bits(1, 2).bits(0, 1)))(bits);
  return bits.bits(0, 1).bytes();
}

describe('the AV1 sequence header', () => {
  it.each([
    ['plain', {}, 'av01.0.05M.08', '05 0d'],
    ['timing and a decoder model', { timing: true }, 'av01.0.05M.08', '05 0d'],
    [
      'three operating points',
      { points: 3, level: 9, tier: 1, timing: true },
      'av01.0.09H.08',
      '09 8d',
    ],
    [
      'frame ids, an order hint and screen content',
      {
        tools: (b) =>
          b
            .bits(1, 1)
            .bits(0x2b, 7)
            .bits(0, 7)
            .bits(1, 1)
            .bits(3, 2)
            .bits(0, 1)
            .bits(1, 1)
            .bits(0, 1)
            .bits(1, 1)
            .bits(6, 3)
            .bits(0, 3),
      },
      'av01.0.05M.08',
      '05 0d',
    ],
    [
      '10 bits',
      { color: (b) => b.bits(1, 1).bits(0, 3).bits(1, 2).bits(0, 1) },
      'av01.0.05M.10',
      '05 4d',
    ],
    ['monochrome', { color: (b) => b.bits(1, 2).bits(0, 2) }, 'av01.0.05M.08', '05 1c'],
    [
      'profile 1, described colors',
      {
        profile: 1,
        color: (b) => b.bits(0, 1).bits(1, 1).bits(1, 8).bits(1, 8).bits(1, 8).bits(0, 2),
      },
      'av01.1.05M.08',
      '25 00',
    ],
    [
      'profile 1, RGB',
      {
        profile: 1,
        color: (b) => b.bits(0, 1).bits(1, 1).bits(1, 8).bits(13, 8).bits(0, 8).bits(0, 1),
      },
      'av01.1.05M.08',
      '25 00',
    ],
    ['profile 2, 4:2:2', { profile: 2, color: (b) => b.bits(0, 5) }, 'av01.2.05M.08', '45 08'],
    [
      'profile 2, 12 bits, 4:2:0',
      { profile: 2, color: (b) => b.bits(3, 2).bits(0, 3).bits(3, 2).bits(2, 2).bits(0, 1) },
      'av01.2.05M.12',
      '45 6e',
    ],
  ] as [string, Sequence, string, string][])('describes %s', (_, fields, codecs, record) => {
    const config = av1Config(parseAv1SequenceHeader(sequence(fields))!, hex('0a00'));
    expect(config).toMatchObject({ codecs, width: 1280, height: 720 });
    expect(config.record).toEqual(concat([0x81], hex(record), hex('00 0a00')));
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const header = parseAv1SequenceHeader(bytes);
        expect(header?.width ?? 1).toBeGreaterThan(0);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});
