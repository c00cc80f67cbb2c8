import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * Returns the first of these paths that is an executable file.
 * @param {(string | undefined)[]} paths
 * @returns {Promise<string | null>}
 */
export async function firstProgram(paths) {
  for (const path of paths) {
    if (path && (await isProgram(path))) return path;
  }
  return null;
}

/**
 * Returns the possible paths of programs with these names: for each name, in the order of PATH.
 * @param {string[]} names
 * @returns {string[]} including those in /usr/sbin, where Debian installs servers, and which is only
 * in root's PATH
 */
export function inPath(names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** @param {string} path */
async function isProgram(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
