const HERE = 'http://here.invalid';

/** A path of this service to go on to; `/` in place of an address elsewhere. */
export function localPath(path: string | undefined): string {
  if (path === undefined || !URL.canParse(path, HERE)) return '/';
  const { origin, pathname, search } = new URL(path, HERE);
  // "//elsewhere" as the path itself would be an address again.
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
