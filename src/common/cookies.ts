import { parseCookie, stringifySetCookie } from 'cookie';

/** What one cookie is set to. */
type CookieValue = Readonly<{
  name: string;
  value: string;
  /** Seconds; 0 removes it. */
  maxAgeS: number;
  /** Also for our frames on pages of other sites, each of which has its own: nothing is allowed by it there. */
  inFrames?: boolean;
}>;

const PREFIXES = ['__Host-', '__Secure-', ''] as const;

/**
 * A cookie's value in a Cookie header, whatever prefix its name has: for those that are signed and let
 * nobody change anything.
 */
export function readAnyCookie(header: string | undefined, name: string): string {
  const cookies = parseCookie(header ?? '');
  return PREFIXES.map((prefix) => cookies[`${prefix}${name}`]).find(Boolean) ?? '';
}

/**
 * The service's own cookies: how they are named, and where browsers send them. Behind an https address
 * their names carry a prefix, with which browsers take them from this host over TLS only: a neighbouring
 * subdomain, or somebody on the way to an http page, can't plant one (RFC 6265bis 4.1.3). `__Host-` asks
 * for the path `/`; under a path of its own the service has `__Secure-`.
 */
export class Cookies {
  readonly #prefix: (typeof PREFIXES)[number];
  readonly #path: string;
  readonly #isSecure: boolean;

  /** @param publicUrl the address that browsers know the service by */
  constructor({ publicUrl }: { publicUrl: string }) {
    const { protocol, pathname } = new URL(publicUrl);
    this.#path = pathname;
    this.#isSecure = protocol === 'https:';
    if (!this.#isSecure) this.#prefix = '';
    else this.#prefix = pathname === '/' ? '__Host-' : '__Secure-';
  }

  /** A cookie's name as browsers know it. */
  nameOf(name: string): string {
    return `${this.#prefix}${name}`;
  }

  /** A cookie's value in a Cookie header; empty when it isn't there. */
  read(header: string | undefined, name: string): string {
    return parseCookie(header ?? '')[this.nameOf(name)] ?? '';
  }

  /** A Set-Cookie value: for no script, and unless it is for frames for no page of another site. */
  set({ name, value, maxAgeS, inFrames = false }: CookieValue): string {
    const isPartitioned = inFrames && this.#isSecure;
    return stringifySetCookie({
      name: this.nameOf(name),
      value,
      httpOnly: true,
      // Lax: links from elsewhere lead to a page that knows who is there; an OpenID provider's too.
      sameSite: isPartitioned ? 'none' : 'lax',
      partitioned: isPartitioned,
      secure: this.#isSecure,
      path: this.#path,
      maxAge: Math.floor(maxAgeS),
    });
  }
}
