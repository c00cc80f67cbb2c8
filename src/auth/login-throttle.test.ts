import { describe, expect, it } from 'vitest';
import { LoginThrottle } from './login-throttle.js';

const MINUTE_MS = 60_000;

class HeldClock {
  ms = 1_000_000;
  nowMs(): number {
    return this.ms;
  }
}

/** Fails until it is refused; resolves with how often it could. */
function guesses(throttle: LoginThrottle, username: string, address: string, max = 1_000): number {
  for (let count = 0; count < max; count += 1) {
    try {
      throttle.check(username, address);
    } catch {
      return count;
    }
    throttle.failed(username, address);
  }
  return max;
}

describe('LoginThrottle', () => {
  it('lets one address guess one password about ten times, then once a minute', () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(clock);
    expect(guesses(throttle, 'ann', '10.0.0.1')).toBe(11);
    expect(() => throttle.check('ann', '10.0.0.1')).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfterMs: MINUTE_MS }),
    );
    clock.ms += MINUTE_MS;
    expect(() => throttle.check('ann', '10.0.0.1')).not.toThrow();
  });

  it('does not lock out the owner, who is elsewhere', () => {
    const throttle = new LoginThrottle(new HeldClock());
    guesses(throttle, 'ann', '10.0.0.1');
    expect(() => throttle.check('ann', '10.0.0.2')).not.toThrow();
  });

  it('bounds what one address can try on many names', () => {
    const throttle = new LoginThrottle(new HeldClock());
    const tried = Array.from({ length: 200 }, (_, n) => guesses(throttle, `user-${n}`, 'x', 1));
    expect(tried.filter((count) => count === 1)).toHaveLength(51);
  });

  it('bounds what many addresses can try on one name', () => {
    const throttle = new LoginThrottle(new HeldClock());
    const tried = Array.from({ length: 500 }, (_, n) => guesses(throttle, 'ann', `10.0.${n}`, 1));
    expect(tried.filter((count) => count === 1)).toHaveLength(201);
  });
});
