import { at, pathWithin } from '../../client/base-path.js';

/** The default destination after logging in. */
export const AFTER_LOGIN = '/';

/**
 * The destination after logging in, from `?next=`: a path on this origin, or `fallback`. Browsers
 * read `//host` and `/\host` as addresses of another origin, so this relies on the URL parser, not
 * on how the text looks.
 */
export function nextPath(search: string, origin: string, fallback: string = AFTER_LOGIN): string {
  const next = new URLSearchParams(search).get('next');
  if (next === null || !next.startsWith('/')) return fallback;
  const url = URL.parse(next, origin);
  if (!url || url.origin !== origin) return fallback;
  return url.pathname + url.search + url.hash;
}

/** The address of the log-in page that returns to the current page. */
export function loginAddress(
  here: Pick<Location, 'pathname' | 'search'>,
  page: '/login' | '/register' = '/login',
): string {
  const path = pathWithin(here.pathname) + here.search;
  return at(path === '/' ? page : `${page}?next=${encodeURIComponent(path)}`);
}
