import { existsSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { binDir, root } from './paths.mjs';
import { tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';

/** The oldest Node that runs the service, as in engines.node of package.json. */
export const MINIMUM_NODE = '24.15.0';

/**
 * @param {string} text such as "v24.21.0", "24.15" or ">=24.15"
 * @returns {[number, number, number]} major, minor, patch; missing parts are 0
 * @throws {TypeError} if the text contains no version
 */
export function parseVersion(text) {
  const match = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text);
  if (!match) throw new TypeError(`"${text}" contains no version`);
  const [, major, minor = '0', patch = '0'] = match;
  return [Number(major), Number(minor), Number(patch)];
}

/**
 * @param {string} version
 * @param {string} minimum
 */
export function isAtLeast(version, minimum) {
  const wanted = parseVersion(minimum);
  const difference = parseVersion(version)
    .map((part, index) => part - wanted[index])
    .find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}

/**
 * Finds a Node that runs the service: the one among the dependencies, whose version the lock file
 * pins, otherwise the one that runs this script.
 * @returns {Promise<string>} the path of the program
 * @throws {SetUpError} if both are missing or too old
 */
export async function findNode() {
  const fromDependencies = join(binDir, 'node');
  const own = `node_modules/node-${process.platform}-${process.arch}/bin/node`;
  // npm 9 (in Debian 13) creates no link, because two optional packages have a program of this name.
  if (!existsSync(fromDependencies) && existsSync(join(root, own))) {
    await rm(fromDependencies, { force: true });
    await symlink(join(root, own), fromDependencies);
  }
  if (existsSync(fromDependencies)) {
    // On Linux without glibc (Alpine), the program exists but can't run.
    const result = await tryRun(fromDependencies, ['--version']).catch(() => null);
    if (result?.code === 0 && isAtLeast(result.output, MINIMUM_NODE)) return fromDependencies;
  }
  if (isAtLeast(process.version, MINIMUM_NODE)) return process.execPath;
  throw new SetUpError(
    `Onair requires Node ${MINIMUM_NODE} or newer; this is ${process.version}, and npm installed no ` +
      `newer one for ${process.platform} on ${process.arch}.`,
    {
      advice:
        'Run the same command again: npm leaves out an optional package whose download fails.\n' +
        'Or install Node 24 from https://nodejs.org/en/download first.',
    },
  );
}
