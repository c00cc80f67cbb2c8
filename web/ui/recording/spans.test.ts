import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionAt, wallAt } from './spans.js';

// Ten seconds, then a gap of a minute, then five seconds.
const spans = [
  { atMs: 0, durationMs: 10_000, wallMs: 1_000_000 },
  { atMs: 10_000, durationMs: 5_000, wallMs: 1_070_000 },
];

describe('wallAt', () => {
  it.each([
    [0, 1_000_000],
    [9_999, 1_009_999],
    [10_000, 1_070_000],
    [15_000, 1_075_000],
    [16_000, 1_076_000],
  ])('of %i ms is %i', (positionMs, wallMs) => {
    expect(wallAt(spans, positionMs)).toBe(wallMs);
  });

  it('is null if nothing was recorded', () => {
    expect(wallAt([], 5)).toBeNull();
    expect(positionAt([], 5)).toBeNull();
  });
});

describe('positionAt', () => {
  it.each([
    ['maps a time before the beginning to the beginning', 900_000, 0],
    ['maps a time in a gap to the beginning of the next span', 1_030_000, 10_000],
    ['maps a time after the end to the end', 2_000_000, 15_000],
  ])('%s', (_what, wallMs, positionMs) => {
    expect(positionAt(spans, wallMs)).toBe(positionMs);
  });

  it('is the inverse of wallAt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 14_999 }), (positionMs) => {
        const wallMs = wallAt(spans, positionMs);
        expect(wallMs).not.toBeNull();
        expect(positionAt(spans, wallMs!)).toBe(positionMs);
      }),
    );
  });
});
