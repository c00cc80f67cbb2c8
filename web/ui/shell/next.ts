import { at, pathWithin } from '../../client/base-path.js';

/** The default destination after logging in. */
export const AFTER_LOGIN = '/';

/**
 * Returns the destination after logging in: the path in `?next=` if it is on this origin, otherwise
 * `fallback`. Browsers read `//host` and `/\host` as URLs on another origin, so the check uses the
 * URL parser instead of matching the text.
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
