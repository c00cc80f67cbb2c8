import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where npm puts the programs of the dependencies, Node 24 among them. */
export const binDir = join(root, 'node_modules/.bin');

/** What the set-up remembers about this checkout; goes away with node_modules, as it must. */
export const stampDir = join(root, 'node_modules/.cache/onair');

/**
 * The folder for what is expensive to make and outlives node_modules, shared by all checkouts.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function userCacheDir(env = process.env) {
  // XDG Base Directory Specification: a relative path in XDG_CACHE_HOME is to be ignored.
  const base = env.XDG_CACHE_HOME;
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'onair');
}
