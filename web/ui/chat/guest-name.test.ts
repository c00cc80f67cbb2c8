import { describe, expect, it } from 'vitest';
import { GuestName } from '../../../src/protocol/chat.js';
import { guestNameProblem, newGuestName, tidyGuestName } from './guest-name.js';

describe('guestNameProblem', () => {
  it.each([
    'Ada',
    '  Ada  Lovelace ',
    'Zoë.9',
    '日本',
    'a',
    '',
    '-x',
    'x'.repeat(31),
    'a@b',
    ' ﬁ ',
  ])('gives the same result as the server for %j', (name) => {
    expect(guestNameProblem(name) === null).toBe(GuestName.safeParse(name).success);
  });

  it('normalizes a name as the server does', () => {
    expect(tidyGuestName('  Ada\t Lovelace ')).toBe(GuestName.parse('  Ada\t Lovelace '));
  });
});

it('generates valid names', () => {
  expect(
    [() => 0, () => 0.999_999].map((random) => guestNameProblem(newGuestName(random))),
  ).toEqual([null, null]);
});
