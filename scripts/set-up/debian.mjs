import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run, tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

/**
 * @param {string} osRelease the text of /etc/os-release
 * @returns {boolean} whether it is Debian or a derivative, where Debian's package names apply
 */
export function isDebianLike(osRelease) {
  const value = (/** @type {string} */ key) =>
    new RegExp(`^${key}=(.*)$`, 'm').exec(osRelease)?.[1]?.replaceAll(/["']/g, '') ?? '';
  return [value('ID'), ...value('ID_LIKE').split(' ')].includes('debian');
}

/** Returns whether this machine runs Debian or a derivative. */
export async function onDebian() {
  return isDebianLike(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** Returns whether this script can install Debian's packages without a password: only as root. */
export async function canInstallPackages() {
  return process.getuid?.() === 0 && (await onDebian());
}

/**
 * Returns the command with which the user can install packages.
 * @param {string[]} packages
 */
export function installLine(packages) {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return `${sudo}apt-get update && ${sudo}apt-get install --no-install-recommends ${packages.join(' ')}`;
}

/**
 * @param {string[]} packages
 * @returns {Promise<string[]>} those that are not installed
 */
export async function missingPackages(packages) {
  const format = '--showformat=${Package} ${db:Status-Status}\\n';
  // Exits with 1 if one of them is unknown, but still reports the others.
  const { output } = await tryRun('dpkg-query', ['--show', format, ...packages]);
  const installed = new Set(
    output.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  return packages.filter((name) => !installed.has(name));
}

/**
 * @param {string[]} programs
 * @param {string} [path] where to look; by default, PATH
 * @returns {string[]} those that are in none of its folders
 */
export function missingPrograms(programs, path = process.env.PATH ?? '') {
  const folders = path.split(delimiter);
  return programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}

/**
 * Makes sure that Debian packages are installed: as root, reports and installs missing ones. On other
 * systems, where packages have other names, only checks for their programs.
 * @param {string[]} packages
 * @param {{ purpose: string, programs: string[], report: Report }} options purpose completes
 * "Debian's packages for …"; programs: the commands that the packages contain
 * @throws {SetUpError} with the command to run, if packages are missing on Debian and the user
 * isn't root; with the packages to install, if programs are missing on another system
 */
export async function ensurePackages(packages, { purpose, programs, report }) {
  if (!(await onDebian())) {
    const missing = missingPrograms(programs);
    if (missing.length === 0) return;
    throw new SetUpError(
      `Programs for ${purpose} are missing, and Onair can install them only on Debian: ${missing.join(' ')}`,
      {
        advice: `Install the equivalents of these Debian packages: ${packages.join(' ')}\nThen run the same command again.`,
      },
    );
  }
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new SetUpError(`Debian packages for ${purpose} are missing: ${missing.join(' ')}`, {
      advice: `Run this, then run the same command again:\n\n  ${installLine(missing)}`,
    });
  }
  report.begin(`installing Debian packages for ${purpose}, about a minute: ${missing.join(' ')}`);
  await installPackages(missing, { report });
}

/**
 * Installs Debian packages; requires root.
 * @param {string[]} packages
 * @param {{ report: Report }} options
 */
export async function installPackages(packages, { report }) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, onLine: (/** @type {string} */ line) => report.detail(line) };
  // Waits for another apt process, such as a new machine's automatic updates.
  const apt = ['-o', 'DPkg::Lock::Timeout=300', '--yes'];
  // One of the machine's package sources may be broken; only the installation has to succeed.
  const update = await tryRun('apt-get', [...apt, 'update'], options);
  await run('apt-get', [...apt, 'install', '--no-install-recommends', ...packages], {
    ...options,
    advice: `Run this by hand to find the problem, then run the same command again:\n\n  ${installLine(packages)}${
      update.code === 0 ? '' : `\n\n"apt-get update" failed first:\n${update.output.trimEnd()}`
    }`,
  });
}
