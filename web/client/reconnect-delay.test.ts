import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './reconnect-delay.js';

describe('the reconnect delay', () => {
  it('is short at first and never exceeds ten seconds', () => {
    expect([0, 1, 2, 3].map((failures) => reconnectDelayMs(failures, 0))).toEqual([
      125, 250, 500, 1_000,
    ]);
    expect(reconnectDelayMs(1_000_000, 0.999)).toBeLessThanOrEqual(10_000);
  });

  it('never decreases with more failures, and is half random', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const delay = reconnectDelayMs(failures, random);
          expect(delay).toBeLessThanOrEqual(reconnectDelayMs(failures + 1, random));
          expect(delay).toBeGreaterThanOrEqual(reconnectDelayMs(failures, 0));
          expect(delay).toBeLessThan(reconnectDelayMs(failures, 0) * 2);
        },
      ),
    );
  });
});
