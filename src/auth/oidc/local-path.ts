const HERE = 'http://here.invalid';

/**
 * Returns the path on this server to redirect to; `/` if the given address is on another server.
 */
export function localPath(path: string | undefined): string {
  if (path === undefined || !URL.canParse(path, HERE)) return '/';
  const { origin, pathname, search } = new URL(path, HERE);
  // A path such as "//elsewhere" would lead to another origin.
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
