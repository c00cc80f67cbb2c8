import { describe, expect, it } from 'vitest';
import { ChatLimits, SENDER_RATE, SenderLimits } from './sender-limits.js';

describe('SenderLimits', () => {
  it('limits each sender independently', () => {
    const limits = new SenderLimits();
    const taken = (sender: string) =>
      Array.from({ length: SENDER_RATE.burst + 1 }, () => limits.take(sender, 0));
    expect(taken('ann')).toEqual([0, 0, 0, 0, 0, 1_000]);
    expect(taken('bob')).toEqual([0, 0, 0, 0, 0, 1_000]);
    expect(limits.take('ann', 1_000)).toBe(0);
  });

  it('remembers recent senders even if there are very many', () => {
    const limits = new SenderLimits();
    for (let i = 0; i < 30_000; i += 1) limits.take(`sender ${i}`, 0);
    for (let i = 1; i < SENDER_RATE.burst; i += 1) limits.take('sender 29999', 0);
    expect(limits.take('sender 29999', 0)).toBe(1_000);
  });
});

describe('ChatLimits', () => {
  const guest = (n: number, addressHash = 'home') => ({
    key: `guest:${n}`,
    account: null,
    addressHash,
  });

  it('allows all guests at one address together as many messages as a few people', () => {
    const limits = new ChatLimits(5);
    let taken = 0;
    for (let n = 0; n < 200; n += 1) if (limits.take(guest(n), 0) === 0) taken += 1;
    expect(taken).toBe(SENDER_RATE.burst * 5);
    expect(limits.take(guest(200), 1_000)).toBe(0);
    expect(limits.take(guest(201, 'elsewhere'), 0)).toBe(0);
  });

  it('limits an account independently of its address', () => {
    const limits = new ChatLimits(5);
    for (let n = 0; n < 200; n += 1) limits.take(guest(n), 0);
    expect(limits.take({ key: 'account:ann', account: {}, addressHash: 'home' }, 0)).toBe(0);
  });
});
