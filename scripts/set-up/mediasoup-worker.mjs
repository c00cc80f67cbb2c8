import { constants } from 'node:fs';
import {
  access,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withLock } from './lock.mjs';
import { root, userCacheDir } from './paths.mjs';
import { run, tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';
import { hashInputs, Stamp } from './stamp.mjs';
import { buildWorker, SUBPROJECTS } from './worker-build.mjs';
import { CHECKSUM_SETTING, expectedChecksum } from './worker-checksums.mjs';
import { downloadWorker, prebuiltUrl } from './worker-download.mjs';
import { PATCHES } from './worker-source.mjs';

/** @typedef {import('./progress.mjs').Report} Report */

/**
 * The timeout for testing a worker: with a worker of another version, createWorker never resolves.
 * With the right one, it takes half a second.
 */
const TRY_TIMEOUT_MS = 20_000;
/** The exit code of a worker that is started by hand (its main.cpp). */
const EXIT_WITHOUT_PARENT = 41;

/**
 * Finds or obtains the mediasoup worker. Tries in this order: MEDIASOUP_WORKER_BIN, the cache,
 * mediasoup's release if its checksum is known, and compiling it.
 * @param {{ node: string, report: Report }} options node: the Node that runs the service
 * @returns {Promise<string>} the path of a worker that was tested with mediasoup
 */
export async function findWorker({ node, report }) {
  const mediasoup = join(root, 'node_modules/mediasoup');
  const manifest = JSON.parse(await readFile(join(mediasoup, 'package.json'), 'utf8'));
  const given = process.env.MEDIASOUP_WORKER_BIN;
  if (given) return checkGivenWorker({ program: given, version: manifest.version, node, report });

  const name = `${manifest.version}-${process.platform}-${process.arch}`;
  const folder = join(userCacheDir(), 'mediasoup-worker', name);
  const program = join(folder, 'mediasoup-worker');
  const originFile = join(folder, 'origin');
  const recipe = await hashInputs([SUBPROJECTS], [JSON.stringify(PATCHES)]);
  const url = prebuiltUrl({ version: manifest.version, repository: manifest.repository.url });
  const checksum = await expectedChecksum(basename(url));
  const origins = { built: `built ${recipe}`, prebuilt: `prebuilt ${checksum}` };

  const isCached = async () => {
    const origin = await readFile(originFile, 'utf8').catch(() => '');
    return Object.values(origins).includes(origin) && (await starts(program));
  };
  if (await isCached()) return program;

  await withLock(join(folder, 'lock'), {
    onWait: (owner) => report.begin(`waiting for ${owner}, which is already obtaining it`),
    work: async () => {
      if (await isCached()) return;
      await removeLeftovers(folder);
      // The temporary folder is inside the same folder, so that the final move is atomic.
      const workshop = await mkdtemp(join(folder, 'making-'));
      try {
        const source = join(mediasoup, 'worker');
        const made =
          (await download({ url, checksum, workshop, node, report })) ??
          (await build({ source, workshop, folder, node, report }));
        await rm(originFile, { force: true });
        await rename(made.program, program);
        await writeFile(originFile, made.built ? origins.built : origins.prebuilt);
      } finally {
        await rm(workshop, { recursive: true, force: true });
      }
    },
  });
  return program;
}

/**
 * @param {{ program: string, version: string, node: string, report: Report }} options
 * @returns {Promise<string>} the program
 */
async function checkGivenWorker({ program, version, node, report }) {
  await access(program, constants.X_OK).catch((cause) => {
    throw new SetUpError(`MEDIASOUP_WORKER_BIN names ${program}, which can't be run.`, {
      cause,
      advice: 'Correct the path, or unset the variable: Onair then obtains a worker by itself.',
    });
  });
  const stamp = new Stamp('given-worker');
  const hash = await hashInputs([program], [version, program]);
  if (await stamp.matches(hash, program)) return program;
  report.begin(`trying ${program}`);
  const complaint = await tryWorker(node, program);
  if (complaint !== null) {
    throw new SetUpError(
      `The worker that MEDIASOUP_WORKER_BIN names doesn't work with mediasoup ${version}.`,
      {
        output: complaint,
        advice: `Use a worker of mediasoup ${version}, or unset the variable: Onair then obtains a worker by itself.`,
      },
    );
  }
  await stamp.write(hash);
  return program;
}

/**
 * @param {{ url: string, checksum: string | null, workshop: string, node: string, report: Report }}
 * options
 * @returns {Promise<{ program: string, built: false } | null>} null if it is unavailable
 * @throws {SetUpError} if the checksum differs
 */
async function download({ url, checksum, workshop, node, report }) {
  if (checksum === null) {
    report.begin(
      `mediasoup's prebuilt worker for this machine has no pinned checksum, so the worker is compiled instead of downloaded (set ${CHECKSUM_SETTING} to allow the download)`,
    );
    return null;
  }
  report.begin(`downloading ${url}`);
  try {
    const program = await downloadWorker({ url, folder: workshop, checksum });
    const complaint = await tryWorker(node, program);
    if (complaint === null) return { program, built: false };
    throw new Error(`it doesn't run on this machine: ${complaint}`);
  } catch (error) {
    // A wrong checksum is an error, not a reason to compile.
    if (error instanceof SetUpError) throw error;
    report.begin(`the download failed (${error.message}); compiling instead`);
    return null;
  }
}

/**
 * @param {{ source: string, workshop: string, folder: string, node: string, report: Report }}
 *   options
 * @returns {Promise<{ program: string, built: true }>}
 */
async function build({ source, workshop, folder, node, report }) {
  const log = join(folder, 'build.log');
  const built = await buildWorker({ source, folder: workshop, log, report });
  const program = join(workshop, 'mediasoup-worker');
  await copyFile(built, program);
  await run('strip', [program]);
  const complaint = await tryWorker(node, program);
  if (complaint !== null) {
    throw new SetUpError("The compiled worker doesn't work with mediasoup.", {
      output: complaint,
      advice: 'Please report this with the text above.',
    });
  }
  return { program, built: true };
}

/**
 * Tests a worker with mediasoup itself.
 * @param {string} node
 * @param {string} program
 * @returns {Promise<string | null>} null if it works, otherwise the error
 */
async function tryWorker(node, program) {
  const script = join(root, 'scripts/set-up/try-worker.mjs');
  const result = await tryRun(node, [script, program], { timeoutMs: TRY_TIMEOUT_MS });
  if (result.timedOut) return 'it did not answer, which suggests that it is of another version';
  return result.code === 0 ? null : result.output;
}

/**
 * Returns whether a tested program can still be started: a system upgrade may have removed
 * libraries with which it is linked.
 * @param {string} program
 */
async function starts(program) {
  const result = await tryRun(program, [], { env: {}, timeoutMs: 5_000 }).catch(() => null);
  return result?.code === EXIT_WITHOUT_PARENT;
}

/** @param {string} folder the folder, which may contain files of a killed build */
async function removeLeftovers(folder) {
  const names = await readdir(folder);
  const leftovers = names.filter((name) => name.startsWith('making-'));
  await Promise.all(
    leftovers.map((name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
