import { describe, expect, it } from 'vitest';
import { storageLimit, storageState } from './storage-limits.js';

const GB = 1e9;
const fair = { roomBytes: 100 * GB, accountBytes: null, accounts: 3 } as const;
const limit = (own: number, others: readonly number[], rules = fair) =>
  storageLimit(
    'own',
    new Map([['own', own * GB], ...others.map((gb, i) => [`o${i}`, gb * GB] as const)]),
    rules,
  )! / GB;

describe('storageLimit', () => {
  it('is all space for a single account', () => {
    expect(storageLimit('own', new Map(), { ...fair, accounts: 1 })).toBe(100 * GB);
  });

  it('leaves space for further accounts', () => {
    expect(limit(0, [])).toBe(80);
    expect(limit(0, [80])).toBeCloseTo(16);
    expect(limit(0, [80, 16])).toBeCloseTo(3.2);
  });

  it('does not depend on the account’s own usage', () => {
    expect(limit(79, [20])).toBe(limit(0, [20]));
  });

  it('ignores usage above an account’s own limit', () => {
    expect(limit(0, [900])).toBeCloseTo(16);
  });

  it('is the configured limit, or less if there is less space', () => {
    const rules = { roomBytes: 100 * GB, accountBytes: 30 * GB, accounts: 9 };
    expect(storageLimit('own', new Map([['other', 20 * GB]]), rules)).toBe(30 * GB);
    const full = new Map([1, 2, 3].map((id) => [String(id), 30 * GB] as const));
    expect(storageLimit('own', full, rules)).toBe(10 * GB);
    expect(storageLimit('own', full, { ...rules, roomBytes: null })).toBe(30 * GB);
  });

  it.each([
    [79, 'ok'],
    [80, 'near'],
    [99, 'near'],
    [100, 'full'],
  ])('with %i of 100 is %s', (bytes, state) => {
    expect(storageState(bytes, 100)).toBe(state);
    expect(storageState(bytes, null)).toBe('ok');
  });
});
