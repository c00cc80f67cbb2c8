import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages } from './debian.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';
import { prepareSource } from './worker-source.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

const PACKAGES = [
  'g++',
  'meson',
  'ninja-build',
  'pkg-config',
  'libuv1-dev',
  'libssl-dev',
  'libsrtp2-dev',
  'libabsl-dev',
  'libflatbuffers-dev',
  'flatbuffers-compiler',
];

/** The commands that a system other than Debian must have to compile the worker. */
const PROGRAMS = ['g++', 'meson', 'ninja', 'pkg-config', 'flatc'];

/** Our descriptions of the worker's dependencies as packaged by Debian. */
export const SUBPROJECTS = join(root, 'third_party/mediasoup-worker/subprojects');

/**
 * Builds the worker from the source in mediasoup's npm package, with Debian's libraries.
 * @param {{ source: string, folder: string, log: string, report: Report }} options source:
 * mediasoup's worker folder; folder: where to build; log: the file for the compiler's output
 * @returns {Promise<string>} the path of the program in the folder
 */
export async function buildWorker({ source, folder, log, report }) {
  await ensurePackages(PACKAGES, {
    purpose: 'compiling the media worker',
    programs: PROGRAMS,
    report,
  });
  report.begin('compiling it, about 3 minutes on 2 cores, once per version of mediasoup');
  const prepared = join(folder, 'source');
  const build = join(folder, 'build');
  await prepareSource({ from: source, subprojects: SUBPROJECTS, to: prepared });
  let output = '';
  try {
    const setup = ['setup', '--buildtype', 'release', '-Db_ndebug=true', '--wrap-mode=nodownload'];
    output += await run('meson', [...setup, build, prepared]);
    // The message headers are generated first: some sources include them without declaring it to
    // Meson, and would be compiled too early if nothing else had to be built first.
    output += await run('meson', ['compile', '-C', build, 'flatbuffers-generator']);
    output += await run('ninja', ['-C', build, 'mediasoup-worker'], {
      // ninja prints "[n/m] Compiling …".
      onLine: (line) => report.detail(/^\[\d+\/\d+\]/.exec(line)?.[0] ?? ''),
    });
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    await writeFile(log, output + (error.output ?? ''));
    throw new SetUpError(error.message, {
      cause: error,
      output: error.output?.split('\n').slice(-40).join('\n'),
      advice:
        `The whole output is in ${log}\n` +
        'If you have a worker of this version of mediasoup, use it: MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker npm start',
    });
  }
  return join(build, 'mediasoup-worker');
}
