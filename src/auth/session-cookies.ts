import { parseCookie, stringifySetCookie } from 'cookie';

/** The log-in's token. */
export const SESSION_COOKIE = 'onair_session';
/** The device's token, of GuestDevices. */
export const GUEST_COOKIE = 'onair_guest';

const GUEST_YEAR_S = 365 * 86_400;
/** 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/;
/** An id and its signature; whether it is ours is for GuestDevices to say. */
const GUEST_TOKEN = /^[\w-]{22}\.[\w-]{43}$/;

/** What the two cookies of a request say; null for what is absent or not of our making. */
export function readCookies(header: string | undefined): {
  token: string | null;
  guestToken: string | null;
} {
  const { [SESSION_COOKIE]: token = '', [GUEST_COOKIE]: guest = '' } = parseCookie(header ?? '');
  return {
    token: TOKEN.test(token) ? token : null,
    guestToken: GUEST_TOKEN.test(guest) ? guest : null,
  };
}

/** A Set-Cookie value that keeps a log-in's token; a null token removes it. */
export function sessionCookie(
  token: string | null,
  { maxAgeMs, secure }: { maxAgeMs: number; secure: boolean },
): string {
  return serialize(SESSION_COOKIE, token ?? '', token === null ? 0 : maxAgeMs / 1_000, secure);
}

/** A Set-Cookie value that keeps a device's token for a year. */
export function guestCookie(token: string, { secure }: { secure: boolean }): string {
  return serialize(GUEST_COOKIE, token, GUEST_YEAR_S, secure);
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
