import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeAt, withEnd, withStart } from './clip-range.js';

describe('rangeAt', () => {
  it.each([
    [100_000, 600_000, { startMs: 70_000, endMs: 100_000 }],
    [5_000, 600_000, { startMs: 0, endMs: 30_000 }],
    [5_000, 12_000, { startMs: 0, endMs: 12_000 }],
    [12_000, 12_000, { startMs: 0, endMs: 12_000 }],
  ])('at %i of %i ms', (positionMs, durationMs, range) => {
    expect(rangeAt(positionMs, durationMs)).toEqual(range);
  });
});

describe('changing a range', () => {
  const durations = fc.integer({ min: 1_000, max: 100_000_000 });
  const times = fc.integer({ min: -100_000, max: 110_000_000 });

  it('keeps the clip between 1 and 60 seconds and within the recording, whatever is requested', () => {
    fc.assert(
      fc.property(durations, times, times, fc.boolean(), (durationMs, first, second, start) => {
        const before = rangeAt(Math.max(0, Math.min(first, durationMs)), durationMs);
        const change = start ? withStart : withEnd;
        const { startMs, endMs } = change(before, second, durationMs);
        expect(startMs).toBeGreaterThanOrEqual(0);
        expect(endMs).toBeLessThanOrEqual(durationMs);
        expect(endMs - startMs).toBeGreaterThanOrEqual(1_000);
        expect(endMs - startMs).toBeLessThanOrEqual(60_000);
      }),
    );
  });

  it('moves the opposite end only as far as necessary', () => {
    const range = { startMs: 10_000, endMs: 40_000 };
    expect(withStart(range, 20_000, 600_000)).toEqual({ startMs: 20_000, endMs: 40_000 });
    expect(withStart(range, 200_000, 600_000)).toEqual({ startMs: 200_000, endMs: 201_000 });
    expect(withEnd(range, 90_000, 600_000)).toEqual({ startMs: 30_000, endMs: 90_000 });
  });
});
