import { describe, expect, it } from 'vitest';
import { Cookies } from './cookies.js';

const cookie = { name: 'onair_x', value: 'v', maxAgeS: 60.5 };

describe('Cookies', () => {
  it.each([
    ['http://localhost:8080', 'onair_x=v; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'],
    [
      'https://live.example.org',
      '__Host-onair_x=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      'https://example.org/live',
      '__Secure-onair_x=v; Max-Age=60; Path=/live; HttpOnly; Secure; SameSite=Lax',
    ],
  ])('sets the prefix and attributes of cookies of %s', (publicUrl, expected) => {
    expect(new Cookies({ publicUrl }).set(cookie)).toBe(expected);
  });

  it('reads only the cookie name that other hosts can’t set', () => {
    const cookies = new Cookies({ publicUrl: 'https://live.example.org' });
    expect(cookies.read('onair_x=planted; __Host-onair_x=own', 'onair_x')).toBe('own');
    expect(cookies.read('onair_x=planted; __Secure-onair_x=planted', 'onair_x')).toBe('');
  });

  it('reads nothing from a header without the cookie', () => {
    const cookies = new Cookies({ publicUrl: 'http://localhost:8080' });
    for (const header of [undefined, '', '__proto__=x', 'onair_y=1'])
      expect(cookies.read(header, 'onair_x')).toBe('');
  });
});
