import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockOffset } from './clock.js';

describe('clockOffset', () => {
  it('returns null without samples', () => {
    expect(clockOffset([])).toBeNull();
  });

  it('has an error of at most half the shortest round trip, however asymmetric the path', () => {
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
