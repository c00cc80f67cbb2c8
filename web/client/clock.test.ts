import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockOffset } from './clock.js';

describe('clockOffset', () => {
  it('is not known without a sample', () => {
    expect(clockOffset([])).toBeNull();
  });

  it('errs by no more than half of the shortest round trip, however the ways differ', () => {
    const way = fc.nat(2_000);
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 8 }),
        (offset, ways) => {
          const samples = ways.map(([there, back]) => ({
            sentMs: 1_000,
            serverMs: 1_000 + there + offset,
            receivedMs: 1_000 + there + back,
          }));
          const shortest = Math.min(...ways.map(([there, back]) => there + back));
          expect(Math.abs((clockOffset(samples) ?? NaN) - offset)).toBeLessThanOrEqual(
            shortest / 2,
          );
        },
      ),
    );
  });
});
