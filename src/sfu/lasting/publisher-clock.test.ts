import { expect, it } from 'vitest';
import { PublisherClock } from './publisher-clock.js';

const HOUR_MS = 3_600_000;

it('translates all reports of a publisher by the same offset', () => {
  const clock = new PublisherClock();
  expect(clock.localMs(1_000 - HOUR_MS, 1_000)).toBe(1_000);
  // A report that arrives 64 ms late moves the offset by 1 ms.
  expect(clock.localMs(2_000 - HOUR_MS, 2_064)).toBeCloseTo(2_001, 6);
});

it('follows a drifting clock', () => {
  const clock = new PublisherClock();
  const errors = Array.from({ length: 1_000 }, (_, second) => {
    const nowMs = second * 1_000;
    return clock.localMs(nowMs * 1.0001, nowMs) - nowMs;
  });
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(10);
});

it('starts again with another publisher’s clock', () => {
  const clock = new PublisherClock();
  clock.localMs(0, HOUR_MS);
  expect(clock.localMs(HOUR_MS, HOUR_MS + 100)).toBe(HOUR_MS + 100);
});
