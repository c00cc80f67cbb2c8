import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { binDir, root } from './paths.mjs';
import { run } from './run.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

/**
 * Brings node_modules to what package-lock.json says.
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
  // --ignore-scripts: mediasoup's own install step would compile without asking; the next step sees
  // to the worker. --loglevel: hides warnings that packages want a newer Node than runs npm; they
  // get it, it is among them.
  await run(command, [...args, 'ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], {
    env,
    advice:
      'Check that the npm registry can be reached (npm ping), then type the same again.\n' +
      'If package.json and package-lock.json disagree, bring them together with: npm install',
  });
}

/**
 * Whether node_modules holds what the lock file says. npm writes node_modules/.package-lock.json last,
 * so after an interrupted installation it is missing.
 * @param {{ manifest: any, lock: any, installed: any }} files the parsed package.json,
 *   package-lock.json and node_modules/.package-lock.json
 */
export function isInstalled({ manifest, lock, installed }) {
  const { '': lockRoot = {}, ...packages } = lock.packages;
  const declared = ['dependencies', 'devDependencies', 'optionalDependencies'];
  const lockIsCurrent = declared.every((kind) => sameEntries(manifest[kind], lockRoot[kind]));
  return (
    lockIsCurrent &&
    Object.entries(packages).every(([path, wanted]) => {
      const present = installed.packages[path];
      // What is optional may be for another platform.
      if (!present) return wanted.optional === true;
      return present.version === wanted.version && present.integrity === wanted.integrity;
    })
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
 * The npm that runs this script, on the Node that it runs on: the Node in node_modules/.bin, which
 * comes first in the PATH of npm's scripts, is among what npm is about to replace.
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
