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

type Attempt = ReturnType<typeof attempt>;
const wrong = async () => false;
const right = async () => true;

/** Fails until refused; resolves with the number of attempts. */
async function guesses(
  throttle: LoginThrottle,
  from: Attempt,
  { max = 1_000, code = false } = {},
): Promise<number> {
  for (let count = 0; count < max; count += 1) {
    const guess = code ? throttle.guessCode(from, wrong) : throttle.guess(from, wrong);
    if ((await guess.catch(() => null)) === null) return count;
  }
  return max;
}
const getsIn = (throttle: LoginThrottle, from: Attempt) =>
  throttle.guess(from, right).catch(() => false);

describe('LoginThrottle', () => {
  it('allows ten wrong passwords for one name from one address, and then one per minute', async () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(clock);
    const here = attempt('ann', '10.0.0.1');
    expect(await guesses(throttle, here)).toBe(10);
    await expect(throttle.guess(here, right)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: MINUTE_MS,
    });
    clock.ms += MINUTE_MS;
    expect(await getsIn(throttle, here)).toBe(true);
  });

  it('counts an IPv6 /64 network as one address', async () => {
    const throttle = new LoginThrottle(new HeldClock());
    await guesses(throttle, attempt('ann', '2001:db8:1:2::1'));
    expect(await getsIn(throttle, attempt('ann', '2001:db8:1:2::2'))).toBe(false);
    expect(await getsIn(throttle, attempt('ann', '2001:db8:1:3::2'))).toBe(true);
  });

  it('does not lock out the owner at another address', async () => {
    const throttle = new LoginThrottle(new HeldClock());
    await guesses(throttle, attempt('ann', '10.0.0.1'));
    expect(await getsIn(throttle, attempt('ann', '10.0.0.2'))).toBe(true);
  });

  it('does not lock out the owner on a known device behind the same address', async () => {
    const throttle = new LoginThrottle(new HeldClock());
    await guesses(throttle, attempt('ann', '10.0.0.1'));
    expect(await getsIn(throttle, attempt('ann', '10.0.0.1', 'mark'))).toBe(true);
  });

  it('limits a known device as well, in case it was stolen', async () => {
    const throttle = new LoginThrottle(new HeldClock());
    expect(await guesses(throttle, attempt('ann', '10.0.0.1', 'mark'))).toBe(10);
  });

  it('limits the guesses from one address for many names', async () => {
    const throttle = new LoginThrottle(new HeldClock());
    let count = 0;
    for (let n = 0; n < 200; n += 1)
      count += await guesses(throttle, attempt(`user-${n}`, 'x'), { max: 1 });
    expect(count).toBe(50);
  });

  it('always allows each of many addresses a few guesses for one name', async () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(clock);
    const tried: number[] = [];
    for (let n = 0; n < 100; n += 1) tried.push(await guesses(throttle, attempt('ann', `a${n}`)));
    expect(tried.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 10));
    expect(tried.slice(20)).toEqual(Array.from({ length: 80 }, () => 2));
    const owner = attempt('ann', 'a new address');
    expect(await getsIn(throttle, owner)).toBe(true);
  });

  it('limits code guesses with the right password, from all addresses together', async () => {
    const throttle = new LoginThrottle(new HeldClock());
    let count = 0;
    for (let n = 0; n < 100; n += 1)
      count += await guesses(throttle, attempt('ann', `a${n}`), { max: 1, code: true });
    expect(count).toBe(30);
    expect(await throttle.guessCode(attempt('ann', 'a1', 'mark'), right)).toBe(true);
  });
});
