import { expect, it } from 'vitest';
import { Backlog } from './backlog.js';

it('measures the waiting media, the bit rate, and the time since something was sent', () => {
  const progress = { written: 0, waiting: 0, dropped: 0 };
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

it('counts neither dropped media as sent, nor as waiting', () => {
  const progress = { written: 0, waiting: 0, dropped: 0 };
  const backlog = new Backlog(() => progress, 0);
  backlog.check(0);
  progress.written = 4_000;
  backlog.mark(500);
  progress.dropped = 3_000;
  expect([backlog.waitingMs, backlog.check(1_000), backlog.bitrateBps]).toEqual([0, 0, 8_000]);
  // Everything is dropped from now on, so there is no progress.
  Object.assign(progress, { written: 9_000, waiting: 1_000, dropped: 7_000 });
  expect([backlog.check(3_000), backlog.bitrateBps]).toEqual([2_000, 2_667]);
});
