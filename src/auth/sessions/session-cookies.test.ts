import { describe, expect, it } from 'vitest';
import { Cookies } from '../../common/cookies.js';
import { SessionCookies } from './session-cookies.js';

const TOKEN = 'a'.repeat(43);
const GUEST = `${'b'.repeat(22)}.${'c'.repeat(43)}`;
const cookies = new SessionCookies(new Cookies({ publicUrl: 'http://localhost:8080' }), {
  sessionMs: 86_400_000,
});

describe('SessionCookies', () => {
  it('finds both cookies among others', () => {
    const header = `theme=dark; onair_session=${TOKEN}; x=1; onair_guest=${GUEST}`;
    expect(cookies.read(header)).toEqual({ token: TOKEN, guestToken: GUEST });
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['values of another shape', `onair_session=short; onair_guest=${GUEST}x`],
    ['percent signs', 'onair_session=%E0%A4%A; onair_guest=%00'],
    ['names of the prototype', '__proto__=x; constructor=y'],
  ])('finds no cookie in %s', (_what, header) => {
    expect(cookies.read(header)).toEqual({ token: null, guestToken: null });
  });

  it('stores a session for its lifetime, and a device for a year', () => {
    expect(cookies.session(TOKEN)).toMatch(new RegExp(`^onair_session=${TOKEN}; Max-Age=86400;`));
    expect(cookies.guest(GUEST)).toContain('; Max-Age=31536000;');
  });

  it('removes a session that has ended', () => {
    expect(cookies.session(null)).toMatch(/^onair_session=; Max-Age=0;/);
  });
});
