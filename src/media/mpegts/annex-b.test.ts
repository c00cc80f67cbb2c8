import { expect, it } from 'vitest';
import { NALS_MAX } from '../codecs/avc-record.js';
import { nalUnitsIn } from './annex-b.js';

const unitsOf = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => Uint8Array.of(0, 0, 1, 9)));

it('splits a byte stream into NAL units, and nothing with more than a picture has', () => {
  expect(nalUnitsIn(Buffer.from('ff00000001410500000001680000', 'hex'))).toEqual([
    Buffer.from('4105', 'hex'),
    Buffer.from('68', 'hex'),
  ]);
  expect(nalUnitsIn(unitsOf(NALS_MAX))).toHaveLength(NALS_MAX);
  expect(nalUnitsIn(unitsOf(NALS_MAX + 1))).toEqual([]);
});
