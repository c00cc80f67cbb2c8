import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { binDir, root } from './paths.mjs';
import { run } from './run.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

/**
 * Makes node_modules match package-lock.json.
 * @param {Report} report
 */
export async function installDependencies(report) {
  const [manifest, lock, installed] = await Promise.all([
    readJson('package.json'),
    readJson('package-lock.json'),
    readJson('node_modules/.package-lock.json').catch(() => null),
  ]);
  if (installed && isInstalled({ manifest, lock, installed })) return;

  report.begin('npm ci, about 30 s (several minutes on a slow network)');
  const { command, args, env } = npm();
  // --ignore-scripts: mediasoup's install script would compile the worker without asking; the next
  // step provides the worker. --loglevel hides warnings about packages that require a newer Node than
  // the one that runs npm; that newer Node is one of the dependencies.
  await run(command, [...args, 'ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], {
    env,
    advice:
      'Check that the npm registry is reachable (npm ping), then run the same command again.\n' +
      'If package.json and package-lock.json differ, update the lock file with: npm install',
  });
}

/**
 * Returns whether node_modules matches the lock file. npm writes node_modules/.package-lock.json
 * last, so it is missing after an interrupted installation.
 * @param {{ manifest: any, lock: any, installed: any }} files the parsed package.json,
 * package-lock.json and node_modules/.package-lock.json
 * @param {Platform} [platform]
 */
export function isInstalled({ manifest, lock, installed }, platform = thisPlatform()) {
  const { '': lockRoot = {}, ...packages } = lock.packages;
  const declared = ['dependencies', 'devDependencies', 'optionalDependencies'];
  const lockIsCurrent = declared.every((kind) => sameEntries(manifest[kind], lockRoot[kind]));
  return (
    lockIsCurrent &&
    Object.entries(packages).every(([path, wanted]) => {
      const present = installed.packages[path];
      if (!present) return wanted.optional === true && !isFor(platform, wanted);
      return present.version === wanted.version && present.integrity === wanted.integrity;
    })
  );
}

/**
 * The values of `os`, `cpu` and `libc` in package.json.
 * @typedef {{ os: string, cpu: string, libc: string }} Platform
 */

/** @returns {Platform} */
function thisPlatform() {
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  const libc = header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  return { os: process.platform, cpu: process.arch, libc };
}

/**
 * Returns whether an optional package is for a platform. npm succeeds without such a package even if
 * it is missing only because its download failed.
 * @param {Platform} platform
 * @param {Partial<Record<keyof Platform, string | string[]>>} entry of the lock file
 */
function isFor(platform, { os, cpu, libc }) {
  if (os === undefined || cpu === undefined) return false;
  const names = (/** @type {string | string[] | undefined} */ list, /** @type {string} */ value) =>
    list === undefined || [list].flat().includes(value);
  return (
    names(os, platform.os) &&
    names(cpu, platform.cpu) &&
    (platform.os !== 'linux' || names(libc, platform.libc))
  );
}

/**
 * @param {Record<string, string>} [a]
 * @param {Record<string, string>} [b]
 */
function sameEntries(a = {}, b = {}) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** @param {string} path */
async function readJson(path) {
  return JSON.parse(await readFile(join(root, path), 'utf8'));
}

/**
 * Returns the command that runs the current npm in the current Node. The Node in
 * node_modules/.bin, which is first in the PATH of npm's scripts, is about to be replaced.
 */
function npm() {
  const { npm_execpath: script, npm_node_execpath: node, PATH = '' } = process.env;
  const path = PATH.split(delimiter).filter((folder) => folder !== binDir);
  const env = { ...process.env, PATH: path.join(delimiter) };
  if (script && node && !node.startsWith(join(root, 'node_modules'))) {
    return { command: node, args: [script], env };
  }
  return { command: 'npm', args: [], env };
}
