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
  const throttle = new GuessThrottle<keyof typeof RATES>(clock, RATES, keysMax);
  const guess = (key: string, check: () => Promise<boolean> = wrong) =>
    throttle.guess({ bound: [{ kind: 'few', key }] }, check);
  return { clock, throttle, guess };
}

describe('GuessThrottle', () => {
  it('lets no more through at once than in turn', async () => {
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

  it('gives a place back when the guess was right, or was not checked', async () => {
    const { guess } = make();
    for (let n = 0; n < 50; n += 1) expect(await guess('ann', right)).toBe(true);
    const broken = () => Promise.reject(new Error('the database is away'));
    for (let n = 0; n < 50; n += 1) await expect(guess('ann', broken)).rejects.toThrow('away');
    expect(await guess('ann')).toBe(false);
  });

  it('says to come back soon while guesses are being checked, and when the wait is over after that', async () => {
    const { guess } = make();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const three = [1, 2, 3].map(() => guess('ann', () => promise));
    await expect(guess('ann')).rejects.toMatchObject({ retryAfterMs: 1_000 });
    resolve(false);
    await Promise.all(three);
    await expect(guess('ann')).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });

  it('takes no place where another one is missing', async () => {
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

  it('still blocks after any number of failures of others', async () => {
    const { throttle, guess } = make(200);
    for (let n = 0; n < 3; n += 1) await guess('ann');
    for (let n = 0; n < 5_000; n += 1) {
      await guess(`other-${n}`);
      await throttle.guess({ bound: [{ kind: 'many', key: `name-${n}` }] }, wrong);
    }
    await expect(guess('ann')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('refuses new keys rather than forget one that blocks, until the time of these is over', async () => {
    const { clock, guess } = make(10);
    for (let n = 0; n < 10; n += 1) for (let m = 0; m < 3; m += 1) await guess(`key-${n}`);
    await expect(guess('new')).rejects.toMatchObject({ code: 'rate_limited' });
    clock.ms += 180_000;
    expect(await guess('new')).toBe(false);
  });
});

describe('GuessBuckets', () => {
  it('forgets what owes nothing any more', () => {
    const buckets = new GuessBuckets(RATES.few, 100_000);
    for (let n = 0; n < 20_000; n += 1) buckets.take(`key-${n}`, n * 1_000)(true);
    // One wrong guess is over after a minute: 60 keys owe one, and are looked for at a thousand.
    expect(buckets.size).toBeLessThanOrEqual(1_000);
  });
});
