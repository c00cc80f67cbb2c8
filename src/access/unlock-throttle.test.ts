import { describe, expect, it } from 'vitest';
import { UnlockThrottle } from './unlock-throttle.js';

const MINUTE_MS = 60_000;
const wrong = async () => false;
const right = async () => true;

function make() {
  const clock = { ms: 1_000_000 };
  const throttle = new UnlockThrottle({ nowMs: () => clock.ms });
  /** Makes wrong guesses until one is refused; resolves with the number of guesses. */
  const guesses = async (channel: string, address: string, max = 1_000): Promise<number> => {
    for (let count = 0; count < max; count += 1)
      if ((await throttle.guess({ channel, address }, wrong).catch(() => null)) === null)
        return count;
    return max;
  };
  return { clock, throttle, guesses };
}

describe('UnlockThrottle', () => {
  it('allows ten wrong guesses from one address, and then one per minute', async () => {
    const { clock, throttle, guesses } = make();
    expect(await guesses('tea', '10.0.0.1')).toBe(10);
    const guess = { channel: 'tea', address: '10.0.0.1' };
    await expect(throttle.guess(guess, right)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: MINUTE_MS,
    });
    clock.ms += MINUTE_MS;
    expect(await throttle.guess(guess, right)).toBe(true);
  });

  it('counts only wrong passwords, so that many viewers behind one address can enter', async () => {
    const { throttle } = make();
    for (let n = 0; n < 500; n += 1)
      expect(await throttle.guess({ channel: 'tea', address: '10.0.0.1' }, right)).toBe(true);
  });

  it('limits concurrent guesses to the remaining wrong guesses', async () => {
    const { throttle } = make();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const flood = Array.from({ length: 50 }, () =>
      throttle.guess({ channel: 'tea', address: '10.0.0.1' }, () => promise),
    );
    resolve(false);
    const ends = await Promise.allSettled(flood);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    await expect(
      throttle.guess({ channel: 'tea', address: '10.0.0.1' }, right),
    ).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('counts an IPv6 /64 network as one address', async () => {
    const { guesses } = make();
    let count = 0;
    for (let n = 1; n < 40; n += 1) count += await guesses('tea', `2001:db8:1:2::${n}`, 1);
    expect(count).toBe(10);
    expect(await guesses('tea', '2001:db8:1:3::1')).toBe(10);
  });

  it('limits the guesses from one address across all channels', async () => {
    const { guesses } = make();
    let count = 0;
    for (let n = 0; n < 100; n += 1) count += await guesses(`tea-${n}`, '10.0.0.1', 1);
    expect(count).toBe(50);
  });

  it('allows each address a few guesses while many addresses guess the password', async () => {
    const { guesses } = make();
    for (let n = 0; n < 300; n += 1) await guesses('tea', `10.0.1.${n}`, 1);
    expect(await guesses('tea', '10.0.0.1')).toBe(2);
  });
});
