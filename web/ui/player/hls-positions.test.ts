import { describe, expect, it } from 'vitest';
import { capturedMs, positionOf } from './hls-positions.js';

/**
 * Between the second and third segments, ten seconds are missing, because the publisher was
 * disconnected.
 */
const segments = [
  { start: 100, duration: 2, programDateTime: 50_000 },
  { start: 102, duration: 2, programDateTime: 52_000 },
  { start: 104, duration: 2, programDateTime: 64_000 },
];

describe('positionOf', () => {
  it('returns the position within the segment that contains the time', () => {
    expect(positionOf(segments, 53_500)).toBeCloseTo(103.5);
    expect(positionOf(segments, 65_000)).toBeCloseTo(105);
  });

  it('maps a time in a gap to the next segment', () => {
    expect(positionOf(segments, 58_000)).toBeCloseTo(104.05);
  });

  it('clamps to the available segments', () => {
    expect(positionOf(segments, 0)).toBeCloseTo(100.05);
    expect(positionOf(segments, 99_000)).toBeCloseTo(105.95);
    expect(positionOf([], 99_000)).toBeNull();
  });
});

describe('capturedMs', () => {
  it('is the inverse of positionOf', () => {
    expect(capturedMs(segments, 103.5)).toBeCloseTo(53_500);
    expect(capturedMs(segments, 105)).toBeCloseTo(65_000);
  });

  it('extrapolates beyond the last segment', () => {
    expect(capturedMs(segments, 107)).toBeCloseTo(67_000);
  });

  it('returns null without segments', () => {
    expect(capturedMs([], 1)).toBeNull();
  });
});
