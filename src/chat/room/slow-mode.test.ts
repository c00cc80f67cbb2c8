import { describe, expect, it } from 'vitest';
import { SlowMode } from './slow-mode.js';

const at = (nowMs: number, nonce = 'next') => ({ nowMs, nonce, slowModeS: 10 });

describe('SlowMode', () => {
  it('makes each sender wait independently', () => {
    const slow = new SlowMode();
    slow.sent('ann', { nonce: 'one', atMs: 1_000 });
    expect(slow.waitMs('ann', at(4_000))).toBe(7_000);
    expect(slow.waitMs('bob', at(4_000))).toBe(0);
    expect(slow.waitMs('ann', at(11_000))).toBe(0);
    expect(slow.waitMs('ann', { ...at(4_000), slowModeS: 0 })).toBe(0);
  });

  it('accepts a repeated message, and a new one if the previous message was not stored', () => {
    const slow = new SlowMode();
    slow.sent('ann', { nonce: 'one', atMs: 1_000 });
    expect(slow.waitMs('ann', at(2_000, 'one'))).toBe(0);
    slow.forget('ann', 'one');
    expect(slow.waitMs('ann', at(2_000))).toBe(0);
  });

  it('accepts as many messages per interval as there are turns', () => {
    const slow = new SlowMode(3);
    for (const [nonce, atMs] of [
      ['one', 0],
      ['two', 2_000],
      ['three', 4_000],
    ] as const) {
      expect(slow.waitMs('home', at(atMs, nonce))).toBe(0);
      slow.sent('home', { nonce, atMs });
    }
    slow.sent('home', { nonce: 'three', atMs: 4_000 });
    expect(slow.waitMs('home', at(5_000))).toBe(5_000);
    expect(slow.waitMs('home', at(10_000))).toBe(0);
    slow.forget('home', 'two');
    expect(slow.waitMs('home', at(5_000))).toBe(0);
  });

  it('locks nobody out when the clock is set back', () => {
    const slow = new SlowMode();
    slow.sent('ann', { nonce: 'one', atMs: 1_000_000 });
    expect(slow.waitMs('ann', at(0))).toBe(0);
  });
});
