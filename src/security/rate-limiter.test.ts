import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.js';

const ONCE = { burst: 1, perSecond: 0.001 };

describe('RateLimiter', () => {
  it('limits each key separately', () => {
    const limiter = new RateLimiter();
    expect(limiter.take('ann', ONCE, 0)).toBe(0);
    expect(limiter.take('ann', ONCE, 0)).toBe(1_000_000);
    expect(limiter.take('bob', ONCE, 0)).toBe(0);
  });

  it('never holds more buckets than the limit', () => {
    const limiter = new RateLimiter(10);
    for (let n = 0; n < 1_000; n += 1) limiter.take(`party ${n}`, ONCE, 0);
    expect(limiter.size).toBeLessThanOrEqual(10);
  });

  it('keeps a bucket that is in constant use, no matter how many others there are', () => {
    const limiter = new RateLimiter(10);
    limiter.take('busy', ONCE, 0);
    for (let n = 0; n < 1_000; n += 1) {
      limiter.take(`party ${n}`, ONCE, 0);
      expect(limiter.take('busy', ONCE, 0)).toBeGreaterThan(0);
    }
  });
});
