import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

describe('TimestampUnwrapper', () => {
  it('starts at the first RTP time', () => {
    expect(new TimestampUnwrapper().unwrap(4_000_000_000)).toBe(4_000_000_000);
  });

  it('continues past any number of wraps', () => {
    const unwrapper = new TimestampUnwrapper();
    const step = 2 ** 30;
    const times = Array.from({ length: 20 }, (_, i) => unwrapper.unwrap((i * step) % 2 ** 32));
    expect(times).toEqual(Array.from({ length: 20 }, (_, i) => i * step));
  });

  it('preserves a step back across the wrap', () => {
    const unwrapper = new TimestampUnwrapper();
    expect([2 ** 32 - 10, 5, 2 ** 32 - 7, 6].map((time) => unwrapper.unwrap(time))).toEqual([
      2 ** 32 - 10,
      2 ** 32 + 5,
      2 ** 32 - 7,
      2 ** 32 + 6,
    ]);
  });

  it('may become negative before the first time', () => {
    const unwrapper = new TimestampUnwrapper();
    unwrapper.unwrap(5);
    expect([unwrapper.unwrap(2 ** 32 - 10), unwrapper.unwrap(6)]).toEqual([-10, 6]);
  });

  it('unwraps any steps of less than half the range from the highest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.array(fc.integer({ min: -1_000_000, max: 2 ** 31 - 1_000_001 }), { maxLength: 30 }),
        (start, steps) => {
          const unwrapper = new TimestampUnwrapper();
          let highest = unwrapper.unwrap(start);
          for (const step of steps) {
            const time = highest + step;
            const wrapped = ((time % 2 ** 32) + 2 ** 32) % 2 ** 32;
            expect(unwrapper.unwrap(wrapped)).toBe(time);
            highest = Math.max(highest, time);
          }
        },
      ),
      { numRuns: fuzzRuns(500) },
    );
  });
});
