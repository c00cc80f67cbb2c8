import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { binDir } from './paths.mjs';
import { tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';

/** The oldest Node that runs the service: package.json's engines.node says the same. */
export const MINIMUM_NODE = '24.15.0';

/**
 * @param {string} text such as "v24.21.0", "24.15" or ">=24.15"
 * @returns {[number, number, number]} major, minor, patch; what is missing counts as 0
 * @throws {TypeError} when there is no version in the text
 */
export function parseVersion(text) {
  const match = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text);
  if (!match) throw new TypeError(`"${text}" holds no version`);
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
 * fixes, else the one that runs this script.
 * @returns {Promise<string>} path of the program
 * @throws {SetUpError} when both are missing or too old
 */
export async function findNode() {
  const fromDependencies = join(binDir, 'node');
  if (existsSync(fromDependencies)) {
    // On a Linux without glibc (Alpine) the program is there and can't run.
    const result = await tryRun(fromDependencies, ['--version']).catch(() => null);
    if (result?.code === 0 && isAtLeast(result.output, MINIMUM_NODE)) return fromDependencies;
  }
  if (isAtLeast(process.version, MINIMUM_NODE)) return process.execPath;
  throw new SetUpError(
    `Onair needs Node ${MINIMUM_NODE} or newer; this is ${process.version}, and for ` +
      `${process.platform} on ${process.arch} npm has none to install beside it.`,
    { advice: 'Install Node 24 from https://nodejs.org/en/download, then type the same again.' },
  );
}
