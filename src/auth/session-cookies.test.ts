import { describe, expect, it } from 'vitest';
import { guestCookie, readCookies, sessionCookie } from './session-cookies.js';

const TOKEN = 'a'.repeat(43);
const GUEST = `${'b'.repeat(22)}.${'c'.repeat(43)}`;

describe('readCookies', () => {
  it('finds both among others', () => {
    const header = `theme=dark; onair_session=${TOKEN}; x=1; onair_guest=${GUEST}`;
    expect(readCookies(header)).toEqual({ token: TOKEN, guestToken: GUEST });
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['values of another shape', `onair_session=short; onair_guest=${GUEST}x`],
    ['percent signs', 'onair_session=%E0%A4%A; onair_guest=%00'],
    ['names of the prototype', '__proto__=x; constructor=y'],
  ])('finds none in %s', (_what, header) => {
    expect(readCookies(header)).toEqual({ token: null, guestToken: null });
  });
});

describe('cookies', () => {
  it('are kept from scripts and other sites, and sent over TLS only where there is TLS', () => {
    const options = { maxAgeMs: 86_400_000, secure: true };
    expect(sessionCookie(TOKEN, options)).toBe(
      `onair_session=${TOKEN}; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax`,
    );
    expect(guestCookie(GUEST, { secure: false })).toBe(
      `onair_guest=${GUEST}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax`,
    );
  });

  it('go at once when the log-in ends', () => {
    expect(sessionCookie(null, { maxAgeMs: 1, secure: false })).toMatch(
      /^onair_session=; Max-Age=0;/,
    );
  });
});
