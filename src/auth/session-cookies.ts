import { parseCookie, stringifySetCookie } from 'cookie';

/** The log-in's token. */
export const SESSION_COOKIE = 'onair_session';
/** The device's id. */
export const GUEST_COOKIE = 'onair_guest';

const GUEST_YEAR_S = 365 * 86_400;
/** 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/;
/** 128 bits in base64url. */
const GUEST_ID = /^[\w-]{22}$/;

/** What the two cookies of a request say; null for what is absent or not of our making. */
export function readCookies(header: string | undefined): {
  token: string | null;
  guestId: string | null;
} {
  const { [SESSION_COOKIE]: token = '', [GUEST_COOKIE]: guestId = '' } = parseCookie(header ?? '');
  return {
    token: TOKEN.test(token) ? token : null,
    guestId: GUEST_ID.test(guestId) ? guestId : null,
  };
}

/** A Set-Cookie value that keeps a log-in's token; a null token removes it. */
export function sessionCookie(
  token: string | null,
  { maxAgeMs, secure }: { maxAgeMs: number; secure: boolean },
): string {
  return serialize(SESSION_COOKIE, token ?? '', token === null ? 0 : maxAgeMs / 1_000, secure);
}

/** A Set-Cookie value that keeps a device's id for a year. */
export function guestCookie(guestId: string, { secure }: { secure: boolean }): string {
  return serialize(GUEST_COOKIE, guestId, GUEST_YEAR_S, secure);
}

function serialize(name: string, value: string, maxAgeS: number, secure: boolean): string {
  return stringifySetCookie({
    name,
    value,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
    maxAge: Math.floor(maxAgeS),
  });
}
