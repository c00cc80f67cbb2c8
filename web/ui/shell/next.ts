import { at, pathWithin } from '../../client/base-path.js';

/** Where a log-in leads when nothing else was asked for. */
export const AFTER_LOGIN = '/';

/**
 * The page to go to after logging in, from `?next=`: a path of this service, or `fallback`. Browsers
 * read `//host` and `/\host` as another origin's address, so the answer is what the URL parser says,
 * not what the text looks like.
 */
export function nextPath(search: string, origin: string, fallback: string = AFTER_LOGIN): string {
  const next = new URLSearchParams(search).get('next');
  if (next === null || !next.startsWith('/')) return fallback;
  const url = URL.parse(next, origin);
  if (!url || url.origin !== origin) return fallback;
  return url.pathname + url.search + url.hash;
}

/** The log-in page that comes back to where one is now. */
export function loginAddress(
  here: Pick<Location, 'pathname' | 'search'>,
  page: '/login' | '/register' = '/login',
): string {
  const path = pathWithin(here.pathname) + here.search;
  return at(path === '/' ? page : `${page}?next=${encodeURIComponent(path)}`);
}
