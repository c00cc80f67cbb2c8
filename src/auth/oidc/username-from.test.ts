import { expect, it } from 'vitest';
import { usernameFrom } from './username-from.js';

it.each([
  [{ preferred_username: 'Ann.Smith' }, 'ann-smith'],
  [{ preferred_username: 'ann@example.org' }, 'ann'],
  [{ preferred_username: '', nickname: 'Änn Ünlü' }, 'ann-unlu'],
  [{ preferred_username: 'ab', email: 'ann.b@example.org' }, 'ann-b'],
  [{ name: '--A very long name of somebody important--' }, 'a-very-long-name-of-some'],
  [{ name: 'Анна' }, 'member'],
  [{}, 'member'],
])('derives a username from %j', (claims, username) => {
  expect(usernameFrom(claims)).toBe(username);
});
