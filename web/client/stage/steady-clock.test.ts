import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTick, SteadyClock } from './steady-clock.js';

describe('nextTick', () => {
  it('returns the next period when there is time', () => {
    expect(nextTick(1_000, { nowMs: 1_003, periodMs: 20 })).toBe(1_020);
    expect(nextTick(1_000, { nowMs: 1_019, periodMs: 20 })).toBe(1_020);
  });

  it('skips missed ticks and stays on the grid', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 1, max: 100 }),
        (late, periodMs) => {
          const next = nextTick(500, { nowMs: 500 + late, periodMs });
          expect((next - 500) % periodMs).toBe(0);
          expect(next).toBeGreaterThan(500);
          expect(next).toBeGreaterThan(500 + late - periodMs);
          expect(next).toBeLessThanOrEqual(500 + late + periodMs);
        },
      ),
    );
  });
});

describe('SteadyClock', () => {
  it('ticks at increasing times on one grid until it is closed', async () => {
    const due: number[] = [];
    await new Promise<void>((resolve) => {
      const clock = new SteadyClock(100, (dueMs) => {
        due.push(dueMs);
        if (due.length < 10) return;
        clock.close();
        resolve();
      });
    });
    const [first = 0] = due;
    expect(due).toEqual(due.toSorted((a, b) => a - b));
    const periods = due.map((dueMs) => (dueMs - first) / 10);
    for (const each of periods) expect(each).toBeCloseTo(Math.round(each), 5);
  });
});
