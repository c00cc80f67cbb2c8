import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { root } from '../set-up/paths.mjs';
import { tryRun } from '../set-up/run.mjs';

/**
 * Returns the first of these paths that is an executable file.
 * @param {(string | undefined)[]} paths
 * @param {string[]} [check] arguments with which the program must succeed
 * @returns {Promise<string | null>}
 */
export async function firstProgram(paths, check) {
  for (const path of paths) {
    if (!path || !(await isProgram(path))) continue;
    if (!check || (await tryRun(path, check, { cwd: root })).code === 0) return path;
  }
  return null;
}

/**
 * Returns the possible paths of programs with these names: for each name, in the order of PATH.
 * @param {string[]} names
 * @returns {string[]} including paths in /usr/sbin, where Debian installs servers, but which only
 * root's PATH contains
 */
export function inPath(names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return names.flatMap((name) =>
    isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name)),
  );
}

/** @param {string} path */
async function isProgram(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
