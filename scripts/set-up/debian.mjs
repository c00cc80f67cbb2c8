import { readFile } from 'node:fs/promises';
import { run, tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

/**
 * @param {string} osRelease the text of /etc/os-release
 * @returns {boolean} whether it is Debian or made from it, so that Debian's package names hold
 */
export function isDebianLike(osRelease) {
  const value = (/** @type {string} */ key) =>
    new RegExp(`^${key}=(.*)$`, 'm').exec(osRelease)?.[1]?.replaceAll(/["']/g, '') ?? '';
  return [value('ID'), ...value('ID_LIKE').split(' ')].includes('debian');
}

/** Whether this machine takes Debian's packages. */
export async function onDebian() {
  return isDebianLike(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** Whether this script may install Debian's packages: only as root, where nobody has to be asked. */
export async function canInstallPackages() {
  return process.getuid?.() === 0 && (await onDebian());
}

/**
 * The one line that installs packages, for a person to type.
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
  // Exits with 1 where one of them is unknown, and tells about the others all the same.
  const { output } = await tryRun('dpkg-query', ['--show', format, ...packages]);
  const installed = new Set(
    output.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  return packages.filter((name) => !installed.has(name));
}

/**
 * Sees to it that Debian packages are there: installs what is missing as root, and says so first.
 * @param {string[]} packages
 * @param {{ purpose: string, report: Report }} options purpose completes "Debian's packages for …"
 * @throws {SetUpError} with the line to type, when they are missing and this isn't root on Debian
 */
export async function ensurePackages(packages, { purpose, report }) {
  if (!(await onDebian())) {
    throw new SetUpError(
      `Onair knows how to get what it needs for ${purpose} only on Debian, and this is something else.`,
      { advice: `Install what Debian calls: ${packages.join(' ')}\nThen type the same again.` },
    );
  }
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new SetUpError(`Debian's packages for ${purpose} are missing: ${missing.join(' ')}`, {
      advice: `Type this, then the same again:\n\n  ${installLine(missing)}`,
    });
  }
  report.begin(`installing Debian's packages for ${purpose}, about a minute: ${missing.join(' ')}`);
  await installPackages(missing, { report });
}

/**
 * Installs Debian packages; only for root.
 * @param {string[]} packages
 * @param {{ report: Report }} options
 */
export async function installPackages(packages, { report }) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, onLine: (/** @type {string} */ line) => report.detail(line) };
  // Another apt may be running (a new machine's own updates): wait for it instead of failing.
  const apt = ['-o', 'DPkg::Lock::Timeout=300', '--yes'];
  // A source of the machine's own may be out of order: what counts is whether the installation works.
  const update = await tryRun('apt-get', [...apt, 'update'], options);
  await run('apt-get', [...apt, 'install', '--no-install-recommends', ...packages], {
    ...options,
    advice: `Find out by hand what is wrong, then type the same again:\n\n  ${installLine(packages)}${
      update.code === 0 ? '' : `\n\n"apt-get update" had failed before:\n${update.output.trimEnd()}`
    }`,
  });
}
