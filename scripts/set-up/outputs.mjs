import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { root } from './paths.mjs';
import { run, tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';
import { hashInputs, Stamp } from './stamp.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

const inRoot = (/** @type {string} */ path) => join(root, path);

/** Every output depends on the versions of the tools. */
const LOCK_FILE = 'package-lock.json';

/**
 * @typedef {object} Output
 * @property {string} name of its stamp
 * @property {string[]} inputs files and folders, from the repository's root
 * @property {string} result a file that is there when the output is
 * @property {string} what is done, and about how long it takes
 * @property {() => Promise<void>} make
 */

/**
 * Makes an output unless it is there and made from the same inputs.
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
    throw new SetUpError(`${what}: it ended without an error and without ${result}.`);
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
 * Compiles the server into dist/.
 * @param {Report} report
 */
export function buildServer(report) {
  return ensureOutput(
    {
      name: 'server',
      inputs: ['src', 'tsconfig.json', 'tsconfig.build.json'],
      result: 'dist/main.js',
      what: 'compiling the server, about 3 s',
      make: async () => {
        await removeStaleFiles(await compile('tsconfig.build.json'));
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
 * Tells the list of files written from what the compiler has to say.
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
 * Removes from dist/ what the compiler has not just written: the output of sources that are gone.
 * Afterwards, and not by emptying the folder before, since a server may be running from it.
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
