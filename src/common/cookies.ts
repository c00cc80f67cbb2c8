import { parseCookie, stringifySetCookie } from 'cookie';

/** A cookie to set. */
type CookieValue = Readonly<{
  name: string;
  value: string;
  /** Seconds; 0 removes it. */
  maxAgeS: number;
  /**
   * Also set in our frames on other sites, where it is partitioned by site and authorizes nothing.
   */
  inFrames?: boolean;
}>;

const PREFIXES = ['__Host-', '__Secure-', ''] as const;

/** Reads a cookie with any name prefix: only for signed cookies that authorize no changes. */
export function readAnyCookie(header: string | undefined, name: string): string {
  const cookies = parseCookie(header ?? '');
  return PREFIXES.map((prefix) => cookies[`${prefix}${name}`]).find(Boolean) ?? '';
}

/**
 * Names and scopes the service's cookies. With an https URL their names get a prefix that makes
 * browsers accept them only from this host over TLS, so that a neighboring subdomain or an attacker
 * on an http page can't plant one (RFC 6265bis 4.1.3). `__Host-` requires the path `/`; under a
 * base path `__Secure-` is used.
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

  /** The cookie's name including its prefix. */
  nameOf(name: string): string {
    return `${this.#prefix}${name}`;
  }

  /** Reads a cookie from a Cookie header; empty if absent. */
  read(header: string | undefined, name: string): string {
    return parseCookie(header ?? '')[this.nameOf(name)] ?? '';
  }

  /**
   * A Set-Cookie value, hidden from scripts and, unless it is for frames, not sent to other sites'
   * pages.
   */
  set({ name, value, maxAgeS, inFrames = false }: CookieValue): string {
    const isPartitioned = inFrames && this.#isSecure;
    return stringifySetCookie({
      name: this.nameOf(name),
      value,
      httpOnly: true,
      // Lax: links from other sites, such as an OpenID provider's redirect, lead to a logged-in
      // page.
      sameSite: isPartitioned ? 'none' : 'lax',
      partitioned: isPartitioned,
      secure: this.#isSecure,
      path: this.#path,
      maxAge: Math.floor(maxAgeS),
    });
  }
}
