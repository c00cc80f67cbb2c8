import { describe, expect, it } from 'vitest';
import { capturedMs, positionOf } from './hls-positions.js';

/** Ten seconds are missing between the second and the third: the publisher was away. */
const segments = [
  { start: 100, duration: 2, programDateTime: 50_000 },
  { start: 102, duration: 2, programDateTime: 52_000 },
  { start: 104, duration: 2, programDateTime: 64_000 },
];

describe('positionOf', () => {
  it('finds the place in the segment of that time', () => {
    expect(positionOf(segments, 53_500)).toBeCloseTo(103.5);
    expect(positionOf(segments, 65_000)).toBeCloseTo(105);
  });

  it('takes what comes next for a time when nothing was sent', () => {
    expect(positionOf(segments, 58_000)).toBeCloseTo(104.05);
  });

  it('keeps to what there is', () => {
    expect(positionOf(segments, 0)).toBeCloseTo(100.05);
    expect(positionOf(segments, 99_000)).toBeCloseTo(105.95);
    expect(positionOf([], 99_000)).toBeNull();
  });
});

describe('capturedMs', () => {
  it('is the other way round', () => {
    expect(capturedMs(segments, 103.5)).toBeCloseTo(53_500);
    expect(capturedMs(segments, 105)).toBeCloseTo(65_000);
  });

  it('goes on beyond the last segment', () => {
    expect(capturedMs(segments, 107)).toBeCloseTo(67_000);
  });

  it('is not known without segments', () => {
    expect(capturedMs([], 1)).toBeNull();
  });
});
