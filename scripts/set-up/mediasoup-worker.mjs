import { constants } from 'node:fs';
import { access, copyFile, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { root } from './paths.mjs';
import { run, tryRun } from './run.mjs';
import { SetUpError } from './set-up-error.mjs';
import { setting } from './settings.mjs';
import { hashInputs, Stamp } from './stamp.mjs';
import { buildInBackground } from './worker-background.mjs';
import { buildWorker, SUBPROJECTS, UDP_QUEUE } from './worker-build.mjs';
import { WorkerPlace } from './worker-cache.mjs';
import { CHECKSUM_SETTING, expectedChecksum } from './worker-checksums.mjs';
import { downloadWorker, prebuiltUrl } from './worker-download.mjs';
import { chosenBuildTime, chosenParts } from './worker-parts.mjs';
import { PATCHES } from './worker-source.mjs';

/** @typedef {import('./progress.mjs').Report} Report */
/** @typedef {{ version: string, repository: { url: string } }} Manifest */

/**
 * The timeout for testing a worker. The test takes half a second, but with a worker of a different
 * version, createWorker never resolves.
 */
const TRY_TIMEOUT_MS = 20_000;

/** The file that records the path of the worker that this checkout's setup has found. */
const WORKER_STAMP = 'media-worker';

const mediasoup = join(root, 'node_modules/mediasoup');

/**
 * Finds or obtains the mediasoup worker, and records its path for programs that run without the
 * setup.
 * @param {{ node: string, report: Report }} options node: the Node that runs the service
 * @returns {Promise<string>} the path of a worker that was tested with mediasoup
 */
export async function findWorker(options) {
  const program = await obtainWorker(options);
  await new Stamp(WORKER_STAMP).write(program);
  return program;
}

/**
 * Tries in this order: MEDIASOUP_WORKER_BIN, our own build in the cache, mediasoup's prebuilt
 * worker if its checksum is known, and compiling our own worker. After a download, our own worker
 * is compiled in the background, for the next start.
 * @param {{ node: string, report: Report }} options
 * @returns {Promise<string>}
 */
export async function obtainWorker({ node, report }) {
  const manifest = await readManifest();
  const given = setting('MEDIASOUP_WORKER_BIN');
  if (given) return checkGivenWorker({ program: given, version: manifest.version, node, report });

  const own = await OwnWorker.find(manifest);
  const when = chosenBuildTime();
  if (when !== 'never' && (await own.place.isReady())) return own.place.program;
  const prebuilt = when === 'now' ? null : await findPrebuilt({ manifest, node, report });
  if (prebuilt === null) {
    await own.build({ node, report, jobs: null });
    return own.place.program;
  }
  if (when === 'background') await buildInBackground({ place: own.place, node, report });
  return prebuilt;
}

/** @returns {Promise<Manifest>} */
export async function readManifest() {
  return JSON.parse(await readFile(join(mediasoup, 'package.json'), 'utf8'));
}

/** @param {Manifest} manifest */
function placeName({ version }, /** @type {string} */ id) {
  return `${version}-${process.platform}-${process.arch}-${id}`;
}

/** The worker that is compiled here, with the chosen parts. */
export class OwnWorker {
  place;
  #parts;

  /**
   * @param {WorkerPlace} place
   * @param {ReturnType<typeof chosenParts>} parts
   */
  constructor(place, parts) {
    this.place = place;
    this.#parts = parts;
  }

  /** @param {Manifest} manifest */
  static async find(manifest) {
    const parts = chosenParts();
    // The part "gso" is always built, because it can be turned off when a worker starts.
    const built = [...parts].filter((part) => part !== 'gso');
    const recipe = await hashInputs([SUBPROJECTS, UDP_QUEUE], [JSON.stringify([PATCHES, built])]);
    const name = placeName(manifest, recipe.slice(0, 12));
    return new OwnWorker(new WorkerPlace(name, `built ${recipe}`), parts);
  }

  /**
   * Builds the worker unless it is ready.
   * @param {{ node: string, report: Report, jobs: number | null }} options jobs: how many compilers
   * run at the same time, or null for one per core
   */
  async build({ node, report, jobs }) {
    const { place } = this;
    const make = async (/** @type {string} */ workshop) => {
      const { program: built, parts } = await buildWorker({
        source: join(mediasoup, 'worker'),
        folder: workshop,
        log: join(place.folder, 'build.log'),
        parts: this.#parts,
        jobs,
        report,
      });
      const program = join(workshop, 'mediasoup-worker');
      await copyFile(built, program);
      await run('strip', [program]);
      const complaint = await tryWorker(node, program);
      if (complaint === null) return { program, parts };
      throw new SetUpError("The compiled worker doesn't work with mediasoup.", {
        output: complaint,
        advice: 'Please report this with the text above.',
      });
    };
    await place.obtain({ onWait: reportWait(report), make });
  }
}

/** @param {Report} report */
function reportWait(report) {
  return (/** @type {string} */ owner) =>
    report.begin(`waiting for ${owner}, which is already obtaining it`);
}

/**
 * @param {{ program: string, version: string, node: string, report: Report }} options
 * @returns {Promise<string>} the program
 */
async function checkGivenWorker({ program, version, node, report }) {
  await access(program, constants.X_OK).catch((cause) => {
    throw new SetUpError(`MEDIASOUP_WORKER_BIN is set to ${program}, which can't be run.`, {
      cause,
      advice: 'Correct the path, or unset the variable, so that Onair obtains a worker itself.',
    });
  });
  const stamp = new Stamp('given-worker');
  const hash = await hashInputs([program], [version, program]);
  if (await stamp.matches(hash, program)) return program;
  report.begin(`trying ${program}`);
  const complaint = await tryWorker(node, program);
  if (complaint !== null) {
    throw new SetUpError(
      `The worker in MEDIASOUP_WORKER_BIN doesn't work with mediasoup ${version}.`,
      {
        output: complaint,
        advice: `Use a worker from mediasoup ${version}, or unset the variable, so that Onair obtains a worker itself.`,
      },
    );
  }
  await stamp.write(hash);
  return program;
}

/**
 * Finds mediasoup's prebuilt worker in the cache, or downloads it.
 * @param {{ manifest: Manifest, node: string, report: Report }} options
 * @returns {Promise<string | null>} null if it is unavailable
 * @throws {SetUpError} if the checksum differs
 */
async function findPrebuilt({ manifest, node, report }) {
  const url = prebuiltUrl({ version: manifest.version, repository: manifest.repository.url });
  const checksum = await expectedChecksum(basename(url));
  if (checksum === null) {
    report.begin(
      `mediasoup's prebuilt worker for this machine has no pinned checksum, so the worker is compiled instead of downloaded (set ${CHECKSUM_SETTING} to allow the download)`,
    );
    return null;
  }
  const name = placeName(manifest, `prebuilt-${checksum.slice(0, 12)}`);
  const place = new WorkerPlace(name, `prebuilt ${checksum}`);
  if (await place.isReady()) return place.program;
  const make = async (/** @type {string} */ workshop) => {
    report.begin(`downloading ${url}`);
    try {
      const program = await downloadWorker({ url, folder: workshop, checksum });
      const complaint = await tryWorker(node, program);
      if (complaint === null) return { program };
      throw new Error(`it doesn't run on this machine: ${complaint}`);
    } catch (error) {
      // A wrong checksum is an error, not a reason to compile.
      if (error instanceof SetUpError) throw error;
      report.begin(`the download failed (${error.message}); compiling instead`);
      return null;
    }
  };
  return (await place.obtain({ onWait: reportWait(report), make })) ? place.program : null;
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
  if (result.timedOut) return 'it did not respond, which suggests that its version is different';
  return result.code === 0 ? null : result.output;
}
