import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { root } from './paths.mjs';
import { run, tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';
import { hashInputs, Stamp } from './stamp.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

const inRoot = (/** @type {string} */ path) => join(root, path);

/** The file on which every output depends, because it contains the versions of the tools. */
const LOCK_FILE = 'package-lock.json';

/**
 * @typedef {object} Output
 * @property {string} name the name of its stamp
 * @property {string[]} inputs files and folders, relative to the repository's root
 * @property {string} result a file that exists when the output does
 * @property {string} what the action and its approximate duration, for the user
 * @property {() => Promise<void>} make
 */

/**
 * Makes an output unless it exists and was made from the same inputs.
 * @param {Output} output
 * @param {Report} report
 */
async function ensureOutput({ name, inputs, result, what, make }, report) {
  const stamp = new Stamp(name);
  const hash = await hashInputs([...inputs, LOCK_FILE].map(inRoot));
  if (await stamp.matches(hash, inRoot(result))) return;
  report.begin(what);
  await stamp.clear();
  await make();
  if (!existsSync(inRoot(result))) {
    throw new SetUpError(`This step reported success, but didn't write ${result}: ${what}`);
  }
  await stamp.write(hash);
}

/**
 * Generates the database client.
 * @param {Report} report
 */
export function generateDatabaseClient(report) {
  return ensureOutput(
    {
      name: 'database-client',
      inputs: ['prisma/schema.prisma', 'prisma.config.ts', 'scripts/schema-engine.mjs'],
      result: 'src/generated/prisma/client.ts',
      what: 'prisma generate, about 2 s',
      make: async () => {
        await run('prisma', ['generate', '--no-hints']);
      },
    },
    report,
  );
}

/**
 * Compiles the server into dist/, and bundles it into dist/bundle/.
 * @param {Report} report
 */
export function buildServer(report) {
  return ensureOutput(
    {
      name: 'server',
      inputs: ['src', 'tsconfig.json', 'tsconfig.build.json', 'scripts/set-up/bundle.mjs'],
      result: 'dist/bundle/main.js',
      what: 'compiling the server, about 5 s',
      make: async () => {
        const compiled = await compile('tsconfig.build.json');
        await removeStaleFiles(new Set([...compiled, ...(await bundle())]));
      },
    },
    report,
  );
}

/**
 * Builds the web pages into dist/web/.
 * @param {Report} report
 */
export function buildWeb(report) {
  return ensureOutput(
    {
      name: 'web',
      inputs: ['web', 'src/protocol', 'vite.config.ts', 'tsconfig.json'],
      result: 'dist/web/index.html',
      what: 'building the web pages, about 5 s',
      make: async () => {
        await run('vite', ['build', '--logLevel', 'warn']);
      },
    },
    report,
  );
}

/**
 * Compiles a TypeScript project.
 * @param {string} project its tsconfig
 * @returns {Promise<Set<string>>} the files written, absolute
 */
async function compile(project) {
  const { code, output } = await tryRun('tsc', ['-p', project, '--listEmittedFiles']);
  const { files, messages } = readCompilerOutput(output);
  if (code === 0) return files;
  throw new SetUpError('The server does not compile.', { output: messages });
}

/**
 * Bundles the compiled server in another process, because the bundler may not have been installed
 * when this one started.
 * @returns {Promise<string[]>} the files written, absolute
 */
async function bundle() {
  const output = await run('node', [join(root, 'scripts/set-up/bundle.mjs')]);
  return [...output.matchAll(/^BUNDLED: (.+)$/gm)].map(([, path]) => path ?? '');
}

/**
 * Separates the list of written files from the compiler's messages.
 * @param {string} output of `tsc --listEmittedFiles`
 */
export function readCompilerOutput(output) {
  const files = new Set();
  const messages = [];
  for (const line of output.split(/\r?\n/)) {
    const file = /^TSFILE:\s*(.+)$/.exec(line)?.[1];
    if (file) files.add(file);
    else messages.push(line);
  }
  return { files, messages: messages.join('\n') };
}

/**
 * Removes the files from dist/ that this compilation didn't write: the output of deleted sources.
 * Runs afterwards instead of emptying the folder first, because a server may be running from it.
 * @param {Set<string>} emitted
 * @param {string} [folder]
 */
async function removeStaleFiles(emitted, folder = inRoot('dist')) {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (relative(inRoot('dist'), path).split(sep)[0] === 'web') continue;
    if ((await stat(path)).isDirectory()) {
      await removeStaleFiles(emitted, path);
      if ((await readdir(path)).length === 0) await rm(path, { recursive: true });
    } else if (!emitted.has(path)) {
      await rm(path);
    }
  }
}
