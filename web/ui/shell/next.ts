import { at, pathWithin } from '../../client/base-path.js';

/** The default destination after logging in. */
export const AFTER_LOGIN = '/';

/**
 * Returns the destination after logging in, which is taken from `?next=`. It is a path on this
 * origin, or otherwise `fallback`. Browsers read `//host` and `/\host` as URLs on another origin,
 * so this relies on the URL parser and not on how the text looks.
 */
export function nextPath(search: string, origin: string, fallback: string = AFTER_LOGIN): string {
  const next = new URLSearchParams(search).get('next');
  if (next === null || !next.startsWith('/')) return fallback;
  const url = URL.parse(next, origin);
  if (!url || url.origin !== origin) return fallback;
  return url.pathname + url.search + url.hash;
}

/** Returns the address of the login page, from which the user returns to the current page. */
export function loginAddress(
  here: Pick<Location, 'pathname' | 'search'>,
  page: '/login' | '/register' = '/login',
): string {
  const path = pathWithin(here.pathname) + here.search;
  return at(path === '/' ? page : `${page}?next=${encodeURIComponent(path)}`);
}
