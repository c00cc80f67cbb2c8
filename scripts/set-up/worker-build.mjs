import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchDebianSource } from './debian-source.mjs';
import { ensurePackages, onDebian } from './debian.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';
import { prepareSource } from './worker-source.mjs';

/** @typedef {import('./progress.mjs').Report} Report */
/** @typedef {import('./worker-parts.mjs').Part} Part */

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
/** The Debian packages that each part needs. dpkg-dev unpacks source packages. */
const PACKAGES_OF_PARTS = { gso: [], openssl: ['dpkg-dev'], jemalloc: ['libjemalloc-dev'] };

/** The commands that a system other than Debian must have to compile the worker. */
const PROGRAMS = ['g++', 'meson', 'ninja', 'pkg-config', 'flatc'];

/** Our Meson files for those of the worker's dependencies that Debian packages. */
export const SUBPROJECTS = join(root, 'third_party/mediasoup-worker/subprojects');
/** Our own code in the worker. */
export const UDP_QUEUE = join(root, 'native/udp-queue');

/**
 * Builds the worker from the source in mediasoup's npm package, with Debian's libraries.
 * @param {{ source: string, folder: string, log: string, parts: ReadonlySet<Part>, jobs: number |
 * null, report: Report }} options source: mediasoup's worker folder; folder: where to build; log:
 * the file for the compiler's output; jobs: how many compilers run at the same time, or null for
 * one per core
 * @returns {Promise<{ program: string, parts: string[] }>} program: its path in the folder; parts:
 * those that the machine's libraries allowed
 */
export async function buildWorker({ source, folder, log, parts, jobs, report }) {
  const additional = [...parts].flatMap((part) => PACKAGES_OF_PARTS[part]);
  await ensurePackages([...PACKAGES, ...additional], {
    purpose: 'compiling the media worker',
    programs: PROGRAMS,
    report,
  });
  const prepared = join(folder, 'source');
  const build = join(folder, 'build');
  const srtp = parts.has('openssl') ? await fetchSrtp({ folder, report }) : null;
  report.begin('compiling it, about 3 minutes on 2 cores, once per version of mediasoup');
  await prepareSource({
    from: source,
    subprojects: SUBPROJECTS,
    udpQueue: UDP_QUEUE,
    srtp,
    to: prepared,
  });
  let output = '';
  try {
    const options = [
      '--buildtype=release',
      '-Db_ndebug=true',
      '--wrap-mode=nodownload',
      `-Dlibuv:jemalloc=${parts.has('jemalloc')}`,
    ];
    output += await run('meson', ['setup', ...options, build, prepared]);
    const found = [...output.matchAll(/Onair part: (\w+)/g)].map(([, name = '']) => name);
    // The message headers are generated first, because some sources include them without declaring
    // the dependency to Meson, and might otherwise be compiled too early.
    output += await run('meson', ['compile', '-C', build, 'flatbuffers-generator']);
    const limit = jobs === null ? [] : ['-j', String(jobs)];
    output += await run('ninja', ['-C', build, ...limit, 'mediasoup-worker'], {
      // ninja prints "[n/m] Compiling …".
      onLine: (line) => report.detail(/^\[\d+\/\d+\]/.exec(line)?.[0] ?? ''),
    });
    return { program: join(build, 'mediasoup-worker'), parts: found.toSorted() };
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    await writeFile(log, output + (error.output ?? ''));
    throw new SetUpError(error.message, {
      cause: error,
      output: error.output?.split('\n').slice(-40).join('\n'),
      advice:
        `The full output is in ${log}\n` +
        'If you have a worker from this version of mediasoup, use it: MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker npm start',
    });
  }
}

/**
 * Fetches the source of libsrtp, because Debian's library encrypts through NSS, at almost twice the
 * cost.
 * @param {{ folder: string, report: Report }} options
 * @returns {Promise<string | null>} null if it is unavailable; the system's library is used then
 */
async function fetchSrtp({ folder, report }) {
  const missing = (/** @type {string} */ why) => {
    report.begin(
      `${why}, so the worker encrypts with the system's libsrtp, which may use more CPU`,
    );
    return null;
  };
  if (!(await onDebian())) return missing("this isn't Debian");
  report.begin("fetching Debian's libsrtp2 source, about 10 s");
  const workshop = join(folder, 'libsrtp2');
  try {
    const { path, isPatched } = await fetchDebianSource('libsrtp2-dev', { folder: workshop });
    if (!isPatched)
      report.begin(
        "Debian's mirror lacks its patches for libsrtp2, so the unpatched release is used",
      );
    return path;
  } catch (error) {
    await rm(workshop, { recursive: true, force: true });
    return missing(`the libsrtp2 source can't be fetched (${error.message})`);
  }
}
