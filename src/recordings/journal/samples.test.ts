import { describe, expect, it } from 'vitest';
import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';
import { readSamples, samplesLine } from './samples.js';

const fragments: PackagedFragment[] = [
  { baseTicks: 5, offset: 100, sizes: [9, 8, 7], durationsTicks: [3, 3, 4], keys: [0] },
  { baseTicks: 15, offset: 900, sizes: [1, 2], durationsTicks: [960, 960], keys: [0, 1] },
];

describe('samplesLine', () => {
  it('can be read back', () => {
    expect(readSamples(samplesLine(7, fragments).trimEnd())).toEqual({ msn: 7, fragments });
  });

  it('contains the composition offsets of a stream with B-frames', () => {
    const [first] = fragments;
    const reordered = [{ ...first!, compositionsTicks: [0, 6_000, -3_000] }];
    const line = samplesLine(7, reordered).trimEnd();
    expect(readSamples(line)).toEqual({ msn: 7, fragments: reordered });
    expect(readSamples(line.replace(',-3000', ''))).toBeNull();
  });

  it('is short for samples of equal duration', () => {
    expect(samplesLine(7, fragments)).toBe(
      '{"msn":7,"fragments":[{"base":5,"at":100,"sizes":[9,8,7],"ticks":[[2,3],[1,4]],"keys":[0]},' +
        '{"base":15,"at":900,"sizes":[1,2],"ticks":[[2,960]],"keys":"all"}]}\n',
    );
  });

  it.each(['', '{"msn":7', '\0\0', '{"msn":-1,"fragments":[]}'])(
    'is ignored if it is %j',
    (line) => {
      expect(readSamples(line)).toBeNull();
    },
  );
});
