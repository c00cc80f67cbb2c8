import { expect, it } from 'vitest';
import { RateMeter } from './rate-meter.js';

it('measures the growth over the last four seconds only', () => {
  const meter = new RateMeter();
  expect(meter.rate(1_000, 0)).toBe(0);
  expect(meter.rate(1_060, 2_000)).toBe(30);
  for (let second = 3; second < 10; second += 1) meter.rate(1_060, second * 1_000);
  expect(meter.rate(1_060, 10_000)).toBe(0);
});

it('starts over when the counter is reset', () => {
  const meter = new RateMeter();
  meter.rate(500, 0);
  expect(meter.rate(10, 1_000)).toBe(0);
  expect(meter.rate(40, 2_000)).toBe(30);
});
