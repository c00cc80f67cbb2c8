import { describe, expect, it } from 'vitest';
import { LoginThrottle } from './login-throttle.js';

const MINUTE_MS = 60_000;

class HeldClock {
  ms = 1_000_000;
  nowMs(): number {
    return this.ms;
  }
}

const attempt = (username: string, address: string, device: string | null = null) => ({
  username,
  address,
  device,
});

/** Fails until it is refused; resolves with how often it could. */
function guesses(
  throttle: LoginThrottle,
  from: ReturnType<typeof attempt>,
  { max = 1_000, code = false } = {},
): number {
  for (let count = 0; count < max; count += 1) {
    try {
      if (code) throttle.checkCode(from);
      else throttle.check(from);
    } catch {
      return count;
    }
    if (code) throttle.failedCode(from);
    else throttle.failed(from);
  }
  return max;
}

describe('LoginThrottle', () => {
  it('lets one address guess one password about ten times, then once a minute', () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(clock);
    const here = attempt('ann', '10.0.0.1');
    expect(guesses(throttle, here)).toBe(11);
    expect(() => throttle.check(here)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfterMs: MINUTE_MS }),
    );
    clock.ms += MINUTE_MS;
    expect(() => throttle.check(here)).not.toThrow();
  });

  it('takes the addresses of one IPv6 customer as one', () => {
    const throttle = new LoginThrottle(new HeldClock());
    guesses(throttle, attempt('ann', '2001:db8:1:2::1'));
    expect(() => throttle.check(attempt('ann', '2001:db8:1:2::2'))).toThrow('Too many');
    expect(() => throttle.check(attempt('ann', '2001:db8:1:3::2'))).not.toThrow();
  });

  it('does not lock out the owner, who is elsewhere', () => {
    const throttle = new LoginThrottle(new HeldClock());
    guesses(throttle, attempt('ann', '10.0.0.1'));
    expect(() => throttle.check(attempt('ann', '10.0.0.2'))).not.toThrow();
  });

  it('does not lock out the owner behind the same address, on a device that is known', () => {
    const throttle = new LoginThrottle(new HeldClock());
    guesses(throttle, attempt('ann', '10.0.0.1'));
    expect(() => throttle.check(attempt('ann', '10.0.0.1', 'mark'))).not.toThrow();
  });

  it('bounds the guesses of a known device too, in case it was stolen', () => {
    const throttle = new LoginThrottle(new HeldClock());
    expect(guesses(throttle, attempt('ann', '10.0.0.1', 'mark'))).toBe(11);
  });

  it('bounds what one address can try on many names', () => {
    const throttle = new LoginThrottle(new HeldClock());
    const tried = Array.from({ length: 200 }, (_, n) =>
      guesses(throttle, attempt(`user-${n}`, 'x'), { max: 1 }),
    );
    expect(tried.filter((count) => count === 1)).toHaveLength(51);
  });

  it('leaves each of many addresses only a few tries on one name, but never none', () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(clock);
    const tried = Array.from({ length: 100 }, (_, n) => guesses(throttle, attempt('ann', `a${n}`)));
    expect(tried.slice(0, 18)).toEqual(Array.from({ length: 18 }, () => 11));
    expect(tried.slice(20)).toEqual(Array.from({ length: 80 }, () => 3));
    const owner = attempt('ann', 'a new address');
    expect(() => throttle.check(owner)).not.toThrow();
  });

  it('bounds the codes that those with the password can try, from all addresses together', () => {
    const throttle = new LoginThrottle(new HeldClock());
    const tried = Array.from({ length: 100 }, (_, n) =>
      guesses(throttle, attempt('ann', `a${n}`), { max: 1, code: true }),
    );
    expect(tried.filter((count) => count === 1)).toHaveLength(31);
    expect(() => throttle.checkCode(attempt('ann', 'a1', 'mark'))).not.toThrow();
  });
});
