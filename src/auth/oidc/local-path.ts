const HERE = 'http://here.invalid';

/**
 * Returns a path on this server to which to redirect; `/` if the given address is on another
 * server.
 */
export function localPath(path: string | undefined): string {
  if (path === undefined || !URL.canParse(path, HERE)) return '/';
  const { origin, pathname, search } = new URL(path, HERE);
  // A path such as "//elsewhere" would be an address on another origin.
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
