import { describe, expect, it } from 'vitest';
import { type MeasuredLayer, rightOrder } from './layer-check.js';

const layers = (...bitrates: number[]): MeasuredLayer[] =>
  bitrates.map((bitrate, index) => ({ ssrc: index + 1, bitrate }));
const ssrcsOf = (order: ReturnType<typeof rightOrder>) =>
  typeof order === 'string' ? order : (order?.map(({ ssrc }) => ssrc) ?? 'right');

describe('rightOrder', () => {
  it.each<[string, number[], string | number[]]>([
    ['lowest first is correct', [200, 700, 2_500], 'right'],
    ['highest first is reversed', [2_500, 700, 200], [3, 2, 1]],
    ['any other order is sorted', [700, 2_500, 200], [3, 1, 2]],
    ['a layer that has not started is unclear', [0, 700, 200], 'unclear'],
    ['two similar layers are unclear', [700, 650, 2_500], 'unclear'],
  ])('%s', (_name, bitrates, expected) => {
    expect(ssrcsOf(rightOrder(layers(...bitrates)))).toEqual(expected);
  });
});
