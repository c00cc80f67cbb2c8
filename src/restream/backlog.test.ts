import { expect, it } from 'vitest';
import { Backlog } from './backlog.js';

it('measures the waiting media, the bit rate, and the time since something was sent', () => {
  const progress = { written: 0, waiting: 0 };
  const backlog = new Backlog(() => progress, 0);
  const write = (timeMs: number) => {
    progress.written += 1_000;
    progress.waiting += 1_000;
    backlog.mark(timeMs);
  };
  for (const timeMs of [0, 100, 200, 300]) write(timeMs);
  expect(backlog.waitingMs).toBe(300);
  progress.waiting = 2_000;
  expect(backlog.waitingMs).toBe(100);
  expect([backlog.check(1_000), backlog.check(2_000), backlog.check(9_000)]).toEqual([
    0, 1_000, 8_000,
  ]);
  progress.waiting = 0;
  expect([backlog.waitingMs, backlog.check(10_000)]).toEqual([0, 0]);
  // 2,000 bytes were sent in the second since the last check.
  expect(backlog.bitrateBps).toBe(16_000);
});
