/** The prefix of all paths of the service. It is usually empty. */
let basePath = '';

/**
 * Sets the prefix from the page's boot data. Must be called before any URL is built. Programs that
 * use this code outside of pages need no prefix.
 */
export function setBasePath(path: string): void {
  basePath = path;
}

/**
 * Returns the URL of a path of the service, such as `/studio`. URLs from the API already contain
 * the prefix.
 */
export function at(path: string): string {
  return `${basePath}${path}`;
}

/** Returns a URL's path within the service. This is the inverse of {@link at}. */
export function pathWithin(pathname: string): string {
  if (basePath === '') return pathname;
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : '/';
}
