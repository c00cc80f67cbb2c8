import type { Cookies } from '../../common/cookies.js';

/** The log-in's token. */
export const SESSION_COOKIE = 'onair_session';
/** The device's token, of GuestDevices. */
export const GUEST_COOKIE = 'onair_guest';

const GUEST_YEAR_S = 365 * 86_400;
/** 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/;
/** An id and its signature; whether it is ours is for GuestDevices to say. */
const GUEST_TOKEN = /^[\w-]{22}\.[\w-]{43}$/;

/** The two cookies that say who a request is from. */
export class SessionCookies {
  readonly #cookies: Cookies;
  readonly #maxAgeS: number;

  /** @param sessionMs how long a log-in lasts that is not used */
  constructor(cookies: Cookies, { sessionMs }: { sessionMs: number }) {
    this.#cookies = cookies;
    this.#maxAgeS = sessionMs / 1_000;
  }

  /** What a Cookie header says; null for what is absent or not of our making. */
  read(header: string | undefined): { token: string | null; guestToken: string | null } {
    const token = this.#cookies.read(header, SESSION_COOKIE);
    const guest = this.#cookies.read(header, GUEST_COOKIE);
    return {
      token: TOKEN.test(token) ? token : null,
      guestToken: GUEST_TOKEN.test(guest) ? guest : null,
    };
  }

  /** A Set-Cookie value that keeps a log-in's token; a null token removes it. */
  session(token: string | null): string {
    const maxAgeS = token === null ? 0 : this.#maxAgeS;
    return this.#cookies.set({ name: SESSION_COOKIE, value: token ?? '', maxAgeS });
  }

  /** A Set-Cookie value that keeps a device's token for a year. */
  guest(token: string): string {
    return this.#cookies.set({ name: GUEST_COOKIE, value: token, maxAgeS: GUEST_YEAR_S });
  }
}
