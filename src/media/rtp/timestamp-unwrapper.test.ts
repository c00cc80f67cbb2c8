import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

describe('TimestampUnwrapper', () => {
  it('begins where RTP time begins', () => {
    expect(new TimestampUnwrapper().unwrap(4_000_000_000)).toBe(4_000_000_000);
  });

  it('goes on past the wrap, any number of times', () => {
    const unwrapper = new TimestampUnwrapper();
    const step = 2 ** 30;
    const times = Array.from({ length: 20 }, (_, i) => unwrapper.unwrap((i * step) % 2 ** 32));
    expect(times).toEqual(Array.from({ length: 20 }, (_, i) => i * step));
  });

  it('keeps a step back across the wrap a step back', () => {
    const unwrapper = new TimestampUnwrapper();
    expect([2 ** 32 - 10, 5, 2 ** 32 - 7, 6].map((time) => unwrapper.unwrap(time))).toEqual([
      2 ** 32 - 10,
      2 ** 32 + 5,
      2 ** 32 - 7,
      2 ** 32 + 6,
    ]);
  });

  it('may go below zero before the first time', () => {
    const unwrapper = new TimestampUnwrapper();
    unwrapper.unwrap(5);
    expect([unwrapper.unwrap(2 ** 32 - 10), unwrapper.unwrap(6)]).toEqual([-10, 6]);
  });

  it('gives back any walk of steps under half a turn from the highest', () => {
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
