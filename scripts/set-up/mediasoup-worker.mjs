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

/** With a worker of another version createWorker never resolves; a good one takes half a second. */
const TRY_TIMEOUT_MS = 20_000;
/** What the worker answers when it is started by hand (its main.cpp). */
const EXIT_WITHOUT_PARENT = 41;

/**
 * Finds the mediasoup worker, or gets it: from MEDIASOUP_WORKER_BIN, the cache, mediasoup's releases
 * where their checksum is known, or the compiler, whichever is there first.
 * @param {{ node: string, report: Report }} options node: the Node that runs the service
 * @returns {Promise<string>} path of a worker that mediasoup was seen to work with
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
    onWait: (owner) => report.begin(`waiting for ${owner}, which is making it`),
    work: async () => {
      if (await isCached()) return;
      await removeLeftovers(folder);
      // Beside its final place, so that moving it there is one atomic step.
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
      advice: 'Correct it, or unset it and Onair gets a worker by itself.',
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
        advice: `Give one of mediasoup ${version}, or unset it and Onair gets a worker by itself.`,
      },
    );
  }
  await stamp.write(hash);
  return program;
}

/**
 * @param {{ url: string, checksum: string | null, workshop: string, node: string,
 *   report: Report }} options
 * @returns {Promise<{ program: string, built: false } | null>} null when it can't be had
 * @throws {SetUpError} when it is another one than expected
 */
async function download({ url, checksum, workshop, node, report }) {
  if (checksum === null) {
    report.begin(
      `mediasoup's own build for this machine has no checksum here, so it is compiled instead of downloaded (${CHECKSUM_SETTING} names one)`,
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
    // An archive that is not the expected one is no reason to go on another way.
    if (error instanceof SetUpError) throw error;
    report.begin(`that didn't work (${error.message}); it has to be compiled`);
    return null;
  }
}

/**
 * @param {{ source: string, workshop: string, folder: string, node: string, report: Report }} options
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
    throw new SetUpError("The worker was compiled, and mediasoup doesn't get along with it.", {
      output: complaint,
      advice: 'Please report this with the text above.',
    });
  }
  return { program, built: true };
}

/**
 * Tries a worker with mediasoup itself.
 * @param {string} node
 * @param {string} program
 * @returns {Promise<string | null>} null when it works, else what went wrong
 */
async function tryWorker(node, program) {
  const script = join(root, 'scripts/set-up/try-worker.mjs');
  const result = await tryRun(node, [script, program], { timeoutMs: TRY_TIMEOUT_MS });
  if (result.timedOut) return 'it never answered, as a worker of another version does';
  return result.code === 0 ? null : result.output;
}

/**
 * Whether a program that was tried before can still be started: libraries that it was linked with may
 * have gone with an upgrade of the system.
 * @param {string} program
 */
async function starts(program) {
  const result = await tryRun(program, [], { env: {}, timeoutMs: 5_000 }).catch(() => null);
  return result?.code === EXIT_WITHOUT_PARENT;
}

/** @param {string} folder where a build that was killed has left its files */
async function removeLeftovers(folder) {
  const names = await readdir(folder);
  const leftovers = names.filter((name) => name.startsWith('making-'));
  await Promise.all(
    leftovers.map((name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
