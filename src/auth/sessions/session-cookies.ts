import type { Cookies } from '../../common/cookies.js';

/** The log-in's token. */
export const SESSION_COOKIE = 'onair_session';
/** The device's token, of GuestDevices. */
export const GUEST_COOKIE = 'onair_guest';

const GUEST_YEAR_S = 365 * 86_400;
/** 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/;
/** An id and its signature; GuestDevices verifies it. */
const GUEST_TOKEN = /^[\w-]{22}\.[\w-]{43}$/;

/** The two cookies that identify the sender of a request. */
export class SessionCookies {
  readonly #cookies: Cookies;
  readonly #maxAgeS: number;

  /** @param sessionMs lifetime of an unused log-in */
  constructor(cookies: Cookies, { sessionMs }: { sessionMs: number }) {
    this.#cookies = cookies;
    this.#maxAgeS = sessionMs / 1_000;
  }

  /** Reads a Cookie header; null for what is missing or not ours. */
  read(header: string | undefined): { token: string | null; guestToken: string | null } {
    const token = this.#cookies.read(header, SESSION_COOKIE);
    const guest = this.#cookies.read(header, GUEST_COOKIE);
    return {
      token: TOKEN.test(token) ? token : null,
      guestToken: GUEST_TOKEN.test(guest) ? guest : null,
    };
  }

  /** Returns a Set-Cookie value that stores a log-in's token; a null token removes it. */
  session(token: string | null): string {
    const maxAgeS = token === null ? 0 : this.#maxAgeS;
    return this.#cookies.set({ name: SESSION_COOKIE, value: token ?? '', maxAgeS });
  }

  /** Returns a Set-Cookie value that stores a device's token for a year. */
  guest(token: string): string {
    return this.#cookies.set({ name: GUEST_COOKIE, value: token, maxAgeS: GUEST_YEAR_S });
  }
}
