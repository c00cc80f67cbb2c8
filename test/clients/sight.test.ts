import { expect, it } from 'vitest';
import { lateAgainst } from './sight.js';

const own = [1, 40, -3, 12, 90, 7, 0, 33];
const late = own.map((one) => one + 6);

it.each([
  ['end at the same beep', own, late],
  ['end at different beeps', own, late.slice(0, -2)],
  ['end at different beeps, the other way', own.slice(0, -3), late],
  ['begin at different beeps', own.slice(3), late],
])('compares two recordings that %s, beep by beep', (_, ownMs, lateMs) => {
  const against = lateAgainst(ownMs, lateMs);
  expect(against.length).toBeGreaterThanOrEqual(5);
  expect(new Set(against)).toEqual(new Set([6]));
});

it('compares nothing if a recording has no beeps', () => {
  expect(lateAgainst([], late)).toEqual([]);
});
