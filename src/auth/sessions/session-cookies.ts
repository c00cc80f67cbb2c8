import type { Cookies } from '../../common/cookies.js';

/** The name of the cookie with the session's token. */
export const SESSION_COOKIE = 'onair_session';
/** The name of the cookie with the device's token, which is issued by GuestDevices. */
export const GUEST_COOKIE = 'onair_guest';

const GUEST_YEAR_S = 365 * 86_400;
/** Matches 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/;
/** Matches an id and its signature, which GuestDevices verifies. */
const GUEST_TOKEN = /^[\w-]{22}\.[\w-]{43}$/;

/** The two cookies that identify the sender of a request. */
export class SessionCookies {
  readonly #cookies: Cookies;
  readonly #maxAgeS: number;

  /** @param sessionMs the lifetime of an unused session */
  constructor(cookies: Cookies, { sessionMs }: { sessionMs: number }) {
    this.#cookies = cookies;
    this.#maxAgeS = sessionMs / 1_000;
  }

  /** Reads a Cookie header; a token is null if it is missing or malformed. */
  read(header: string | undefined): { token: string | null; guestToken: string | null } {
    const token = this.#cookies.read(header, SESSION_COOKIE);
    const guest = this.#cookies.read(header, GUEST_COOKIE);
    return {
      token: TOKEN.test(token) ? token : null,
      guestToken: GUEST_TOKEN.test(guest) ? guest : null,
    };
  }

  /**
   * Returns a Set-Cookie value that stores a session's token, or removes the cookie if the token is
   * null.
   */
  session(token: string | null): string {
    const maxAgeS = token === null ? 0 : this.#maxAgeS;
    return this.#cookies.set({ name: SESSION_COOKIE, value: token ?? '', maxAgeS });
  }

  /** Returns a Set-Cookie value that stores a device's token for a year. */
  guest(token: string): string {
    return this.#cookies.set({ name: GUEST_COOKIE, value: token, maxAgeS: GUEST_YEAR_S });
  }
}
