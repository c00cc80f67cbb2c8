import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { userCacheDir } from './paths.mjs';
import { tryRun } from './run.mjs';

/** The exit code of a worker that is started by hand (its main.cpp). */
const EXIT_WITHOUT_PARENT = 41;

/**
 * The place of one worker in the user's cache. Its name depends on what the worker was made from,
 * so that checkouts with different recipes don't replace each other's workers.
 */
export class WorkerPlace {
  /** The folder, with the program, the file `origin`, the lock, and the log of the last build. */
  folder;
  program;
  #originFile;
  #origin;

  /**
   * @param {string} name of the folder
   * @param {string} origin the first line of the file `origin`, such as "built 8c21…"
   */
  constructor(name, origin) {
    this.folder = join(userCacheDir(), 'mediasoup-worker', name);
    this.program = join(this.folder, 'mediasoup-worker');
    this.#originFile = join(this.folder, 'origin');
    this.#origin = origin;
  }

  /**
   * Returns whether a tested worker is here and can still be started: a system upgrade may have
   * removed libraries with which it is linked.
   */
  async isReady() {
    const text = await readFile(this.#originFile, 'utf8').catch(() => '');
    if (text.split('\n')[0] !== this.#origin) return false;
    const result = await tryRun(this.program, [], { env: {}, timeoutMs: 5_000 }).catch(() => null);
    return result?.code === EXIT_WITHOUT_PARENT;
  }

  /**
   * Makes the worker unless it is ready. Only one process at a time does so.
   * @param {{ onWait: (owner: string) => void, make: (workshop: string) => Promise<{ program:
   * string, parts?: readonly string[] } | null> }} options make: gets an empty folder for its
   * files, and returns the program in it, or null if it could not be made
   * @returns {Promise<boolean>} whether the place is ready now
   */
  obtain({ onWait, make }) {
    const work = async () => {
      if (await this.isReady()) return true;
      await this.#removeLeftovers();
      // The workshop is inside the same folder, so that the final move is atomic.
      const workshop = await mkdtemp(join(this.folder, 'making-'));
      try {
        const made = await make(workshop);
        if (!made) return false;
        await rm(this.#originFile, { force: true });
        await rename(made.program, this.program);
        const parts = made.parts === undefined ? '' : `\nparts ${made.parts.join(' ')}`.trimEnd();
        await writeFile(this.#originFile, `${this.#origin}${parts}\n`);
        return true;
      } finally {
        await rm(workshop, { recursive: true, force: true });
      }
    };
    return withLock(join(this.folder, 'lock'), { onWait, work });
  }

  /** The file that records a failed build, so that it isn't repeated at each start. */
  get #failureFile() {
    return join(this.folder, 'failed');
  }

  /** @returns {Promise<string | null>} why the last build failed; null if none has */
  failure() {
    return readFile(this.#failureFile, 'utf8').catch(() => null);
  }

  /** @param {string} message */
  async recordFailure(message) {
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.#failureFile, message);
  }

  async clearFailure() {
    await rm(this.#failureFile, { force: true });
  }

  /** Removes the files of a killed build. */
  async #removeLeftovers() {
    const names = await readdir(this.folder);
    const leftovers = names.filter((name) => name.startsWith('making-'));
    await Promise.all(
      leftovers.map((name) => rm(join(this.folder, name), { recursive: true, force: true })),
    );
  }
}
