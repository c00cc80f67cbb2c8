import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * The first of these that is there and can be run.
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
 * Where programs of these names would be, in the order of PATH.
 * @param {string[]} names
 * @returns {string[]} /usr/sbin, too: Debian keeps servers there, and only root has it in PATH
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
