import { describe, expect, it } from 'vitest';
import { GuessBuckets } from './guess-buckets.js';
import { GuessThrottle } from './guess-throttle.js';

const RATES = {
  few: { burst: 3, perSecond: 1 / 60 },
  many: { burst: 1_000, perSecond: 1 },
} as const;
const wrong = async () => false;
const right = async () => true;

function make(keysMax?: number) {
  const clock = { ms: 1_000_000, nowMs: () => clock.ms };
  const throttle = new GuessThrottle<keyof typeof RATES>(
    clock,
    RATES,
    keysMax === undefined ? {} : { keysMax },
  );
  const guess = (key: string, check: () => Promise<boolean> = wrong) =>
    throttle.guess({ bound: [{ kind: 'few', key }] }, check);
  return { clock, throttle, guess };
}

describe('GuessThrottle', () => {
  it('limits concurrent guesses like consecutive ones', async () => {
    const { guess } = make();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let checked = 0;
    const flood = Array.from({ length: 50 }, () =>
      guess('ann', () => {
        checked += 1;
        return promise;
      }),
    );
    resolve(false);
    const ends = await Promise.allSettled(flood);
    expect(checked).toBe(3);
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(47);
  });

  it('returns the token of a guess that was right or could not be checked', async () => {
    const { guess } = make();
    for (let n = 0; n < 50; n += 1) expect(await guess('ann', right)).toBe(true);
    const broken = () => Promise.reject(new Error('the database is unavailable'));
    for (let n = 0; n < 50; n += 1)
      await expect(guess('ann', broken)).rejects.toThrow('unavailable');
    expect(await guess('ann')).toBe(false);
  });

  it('reports a short wait while guesses are being checked, and the full wait afterwards', async () => {
    const { guess } = make();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const three = [1, 2, 3].map(() => guess('ann', () => promise));
    await expect(guess('ann')).rejects.toMatchObject({ retryAfterMs: 1_000 });
    resolve(false);
    await Promise.all(three);
    await expect(guess('ann')).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });

  it('takes no token if another bucket has none', async () => {
    const { throttle, guess } = make();
    for (let n = 0; n < 3; n += 1) await guess('ann');
    const both = [
      { kind: 'few', key: 'ben' },
      { kind: 'few', key: 'ann' },
    ] as const;
    for (let n = 0; n < 10; n += 1)
      await expect(throttle.guess({ bound: both }, wrong)).rejects.toThrow('Too many');
    for (let n = 0; n < 3; n += 1) expect(await guess('ben')).toBe(false);
  });

  it('still blocks a key after any number of wrong guesses for other keys', async () => {
    const { throttle, guess } = make(200);
    for (let n = 0; n < 3; n += 1) await guess('ann');
    for (let n = 0; n < 5_000; n += 1) {
      await guess(`other-${n}`);
      await throttle.guess({ bound: [{ kind: 'many', key: `name-${n}` }] }, wrong);
    }
    await expect(guess('ann')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('rejects new keys instead of evicting a key that blocks, until a bucket refills', async () => {
    const { clock, guess } = make(10);
    for (let n = 0; n < 10; n += 1) for (let m = 0; m < 3; m += 1) await guess(`key-${n}`);
    await expect(guess('new')).rejects.toMatchObject({ code: 'rate_limited' });
    clock.ms += 180_000;
    expect(await guess('new')).toBe(false);
  });
});

describe('GuessBuckets', () => {
  it('drops full buckets', () => {
    const buckets = new GuessBuckets(RATES.few, 100_000);
    for (let n = 0; n < 20_000; n += 1) buckets.take(`key-${n}`, n * 1_000)(true);
    // A wrong guess expires after a minute, so 60 buckets aren't full. Sweeps start at a thousand
    // keys.
    expect(buckets.size).toBeLessThanOrEqual(1_000);
  });
});
