const HERE = 'http://here.invalid';

/** Returns a path of this service to redirect to; `/` for an address elsewhere. */
export function localPath(path: string | undefined): string {
  if (path === undefined || !URL.canParse(path, HERE)) return '/';
  const { origin, pathname, search } = new URL(path, HERE);
  // A path of "//elsewhere" would be another origin's address.
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
