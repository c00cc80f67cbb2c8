import { describe, expect, it } from 'vitest';
import { SENDER_RATE, SenderLimits } from './sender-limits.js';

describe('SenderLimits', () => {
  it('counts each sender by itself', () => {
    const limits = new SenderLimits();
    const taken = (sender: string) =>
      Array.from({ length: SENDER_RATE.burst + 1 }, () => limits.take(sender, 0));
    expect(taken('ann')).toEqual([0, 0, 0, 0, 0, 1_000]);
    expect(taken('bob')).toEqual([0, 0, 0, 0, 0, 1_000]);
    expect(limits.take('ann', 1_000)).toBe(0);
  });

  it('remembers who wrote lately among very many', () => {
    const limits = new SenderLimits();
    for (let i = 0; i < 30_000; i += 1) limits.take(`sender ${i}`, 0);
    for (let i = 1; i < SENDER_RATE.burst; i += 1) limits.take('sender 29999', 0);
    expect(limits.take('sender 29999', 0)).toBe(1_000);
  });
});
