import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { parseAacSpecificConfig } from './aac-specific-config.js';
import { NALS_MAX, nalUnitsOf, parseAvcRecord, sampleOf } from './avc-record.js';

describe('an AudioSpecificConfig', () => {
  it.each([
    ['1190', { objectType: 2, sampleRate: 48_000, channels: 2, frameSamples: 1_024 }],
    ['1208', { objectType: 2, sampleRate: 44_100, channels: 1, frameSamples: 1_024 }],
    ['119056e500', { objectType: 2, sampleRate: 48_000, channels: 2, frameSamples: 1_024 }],
    ['2b920800', { objectType: 5, sampleRate: 22_050, channels: 2, frameSamples: 1_024 }],
    ['1780560010', { objectType: 2, sampleRate: 44_032, channels: 2, frameSamples: 1_024 }],
  ])('%s is parsed', (record, expected) => {
    expect(parseAacSpecificConfig(hex(record))).toEqual(expected);
  });

  it.each(['', '11', '1680', '0000'])('%j is refused', (record) => {
    expect(parseAacSpecificConfig(hex(record))).toBeNull();
  });
});

describe('an AVC configuration', () => {
  const record = hex('0164001f ffe1 0003 676400 01 0002 68ee fdf8f800');

  it('is parsed into its sets', () => {
    const parsed = parseAvcRecord(record);
    expect(parsed?.lengthBytes).toBe(4);
    expect(parsed?.sets.map((set) => Buffer.from(set).toString('hex'))).toEqual(['676400', '68ee']);
  });

  it('is refused if truncated at any position', () => {
    for (let length = 0; length < 16; length += 1)
      expect(parseAvcRecord(record.subarray(0, length))).toBeNull();
    expect(parseAvcRecord(hex('0164001f fee1 00 00'))).toBeNull();
  });

  it('of random bytes never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (random) => {
        parseAvcRecord(random);
        parseAacSpecificConfig(random);
        nalUnitsOf(random, 4);
      }),
      { numRuns: fuzzRuns(1_000) },
    );
  });
});

it('splits a sample into its NAL units', () => {
  const units = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 5 });
  fc.assert(
    fc.property(units, (given) => {
      const read = nalUnitsOf(sampleOf(given), 4);
      expect(read?.map((unit) => [...unit])).toEqual(given.map((unit) => [...unit]));
    }),
  );
  expect(nalUnitsOf(hex('00000005 6588'), 4)).toBeNull();
  expect(nalUnitsOf(hex('02 6588 01 06'), 1)?.length).toBe(2);
  expect(nalUnitsOf(hex('0106'.repeat(NALS_MAX)), 1)?.length).toBe(NALS_MAX);
  expect(nalUnitsOf(hex('0106'.repeat(NALS_MAX + 1)), 1)).toBeNull();
});
