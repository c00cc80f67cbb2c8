import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The folder with the programs of the dependencies, including Node 24. */
export const binDir = join(root, 'node_modules/.bin');

/** The folder for records of this checkout, which must be deleted with node_modules. */
export const stampDir = join(root, 'node_modules/.cache/onair');

/**
 * Returns the folder for expensive results that outlive node_modules, shared by all checkouts.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function userCacheDir(env = process.env) {
  // XDG Base Directory Specification: a relative path in XDG_CACHE_HOME is ignored.
  const base = env.XDG_CACHE_HOME;
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'onair');
}
