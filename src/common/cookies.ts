import { parseCookie, stringifySetCookie } from 'cookie';

/** A cookie to set. */
type CookieValue = Readonly<{
  name: string;
  value: string;
  /** The lifetime in seconds; 0 removes the cookie. */
  maxAgeS: number;
  /**
   * Whether the cookie is also set in frames on other sites. There it is partitioned by site, and
   * must not authorize changes.
   */
  inFrames?: boolean;
}>;

const PREFIXES = ['__Host-', '__Secure-', ''] as const;

/**
 * Reads a cookie with any name prefix. Use this only for signed cookies that don't authorize
 * changes.
 */
export function readAnyCookie(header: string | undefined, name: string): string {
  const cookies = parseCookie(header ?? '');
  return PREFIXES.map((prefix) => cookies[`${prefix}${name}`]).find(Boolean) ?? '';
}

/**
 * Names and scopes the server's cookies. If the public URL is https, their names get a prefix (RFC
 * 6265bis, section 4.1.3). Browsers accept cookies with the prefix `__Host-` only from this host
 * over TLS, so neither a neighboring subdomain nor an attacker on an http page can plant one.
 * `__Host-` requires the path `/`; under a base path, `__Secure-` is used, which protects against
 * http pages only.
 */
export class Cookies {
  readonly #prefix: (typeof PREFIXES)[number];
  readonly #path: string;
  readonly #isSecure: boolean;

  /** @param publicUrl the URL that browsers use */
  constructor({ publicUrl }: { publicUrl: string }) {
    const { protocol, pathname } = new URL(publicUrl);
    this.#path = pathname;
    this.#isSecure = protocol === 'https:';
    if (!this.#isSecure) this.#prefix = '';
    else this.#prefix = pathname === '/' ? '__Host-' : '__Secure-';
  }

  /** Returns the cookie's name including its prefix. */
  nameOf(name: string): string {
    return `${this.#prefix}${name}`;
  }

  /** Reads a cookie from a Cookie header; returns an empty string if it is absent. */
  read(header: string | undefined, name: string): string {
    return parseCookie(header ?? '')[this.nameOf(name)] ?? '';
  }

  /**
   * Returns a Set-Cookie value. The cookie is hidden from scripts and, unless it is for frames,
   * isn't sent with requests from pages of other sites.
   */
  set({ name, value, maxAgeS, inFrames = false }: CookieValue): string {
    const isPartitioned = inFrames && this.#isSecure;
    return stringifySetCookie({
      name: this.nameOf(name),
      value,
      httpOnly: true,
      // With Lax, users are still logged in when they follow a link from another site or an OpenID
      // provider's redirect.
      sameSite: isPartitioned ? 'none' : 'lax',
      partitioned: isPartitioned,
      secure: this.#isSecure,
      path: this.#path,
      maxAge: Math.floor(maxAgeS),
    });
  }
}
