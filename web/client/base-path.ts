/** The path that all addresses of the service begin with; mostly empty. */
let basePath = '';

/** Tells what the page's boot data says, before anything makes an address. Programs have no path. */
export function setBasePath(path: string): void {
  basePath = path;
}

/**
 * The address of a path of the service, such as `/studio`. What the API answers is an address already.
 */
export function at(path: string): string {
  return `${basePath}${path}`;
}

/** The path within the service of an address's path: the reverse of {@link at}. */
export function pathWithin(pathname: string): string {
  if (basePath === '') return pathname;
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : '/';
}
