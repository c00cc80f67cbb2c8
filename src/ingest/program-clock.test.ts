import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../test/support/fuzz-runs.js';
import { ProgramClock } from './program-clock.js';

const ARRIVAL_MS = 1_700_000_000_000;

describe('a program’s clock', () => {
  it('is estimated from the units that arrived with the least delay', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 60, maxLength: 60 }), (delays) => {
        const clock = new ProgramClock();
        for (const [i, delay] of [...delays, 0].entries())
          clock.note(i * 40, ARRIVAL_MS + i * 40 + delay);
        expect(clock.capturedMs(1_000)).toBe(ARRIVAL_MS + 1_000);
      }),
      { numRuns: fuzzRuns(100) },
    );
  });

  it('is hardly moved by a network that stalls for four seconds and catches up', () => {
    const clock = new ProgramClock();
    const sets: number[] = [];
    for (let i = 0; i < 500; i += 1) {
      const sentMs = ARRIVAL_MS + i * 40;
      const arrivedMs = i > 200 && i < 300 ? ARRIVAL_MS + 300 * 40 : sentMs;
      if (clock.note(i * 40, arrivedMs)) sets.push(i);
    }
    expect(sets).toEqual([0]);
    expect(Math.abs(clock.capturedMs(0) - ARRIVAL_MS)).toBeLessThanOrEqual(10);
  });

  it('follows a sender whose clock is slow', () => {
    const clock = new ProgramClock();
    // 100 ppm: 60 ms in ten minutes.
    for (let i = 0; i < 15_000; i += 1) clock.note(i * 40, ARRIVAL_MS + i * 40 * 1.0001);
    expect(Math.abs(clock.capturedMs(600_000) - (ARRIVAL_MS + 600_060))).toBeLessThan(10);
  });

  it.each([
    ['restarts at zero', 0],
    ['jumps ahead', 1_000_000],
    ['jumps back', 40_000],
  ])('is set again when it %s', (_what, timeMs) => {
    const clock = new ProgramClock();
    clock.note(100_000, ARRIVAL_MS);
    expect(clock.note(100_040, ARRIVAL_MS + 40)).toBe(false);
    expect(clock.note(timeMs, ARRIVAL_MS + 80)).toBe(true);
    expect(clock.capturedMs(timeMs)).toBe(ARRIVAL_MS + 80);
  });

  it('is not reset by a pause during which it advanced', () => {
    const clock = new ProgramClock();
    clock.note(0, ARRIVAL_MS);
    expect(clock.note(10_000, ARRIVAL_MS + 10_000)).toBe(false);
    expect(clock.capturedMs(10_000)).toBe(ARRIVAL_MS + 10_000);
  });
});
