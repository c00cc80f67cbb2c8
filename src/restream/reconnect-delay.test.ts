import { expect, it } from 'vitest';
import { reconnectDelayMs } from './reconnect-delay.js';

it('grows from one second to half a minute, with up to a fifth less at random', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => reconnectDelayMs(failures, 0));
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect(reconnectDelayMs(1_000, 1)).toBe(24_000);
});
