import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root, stampDir } from './paths.mjs';

/**
 * Lists the files under the given files and folders, sorted; what doesn't exist is left out.
 * @param {string[]} paths absolute
 * @returns {Promise<string[]>} absolute
 */
async function listFiles(paths) {
  const found = await Promise.all(
    paths.map(async (path) => {
      const stats = await stat(path).catch(() => null);
      if (!stats) return [];
      if (!stats.isDirectory()) return [path];
      const names = await readdir(path);
      return listFiles(names.map((name) => join(path, name)));
    }),
  );
  const files = found.flat();
  files.sort();
  return files;
}

/**
 * One hash over names and contents of files. Contents, not times: a fresh clone or a switched
 * branch changes every time and often no content.
 * @param {string[]} paths files and folders, absolute
 * @param {string[]} [also] other things that the result depends on
 * @returns {Promise<string>}
 */
export async function hashInputs(paths, also = []) {
  const files = await listFiles(paths);
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash('sha256').update(JSON.stringify(also));
  files.forEach((file, index) => {
    const content = contents[index] ?? '';
    hash.update(`\0${relative(root, file)}\0${content.length}\0`).update(content);
  });
  return hash.digest('hex');
}

/** Remembers from which inputs an output was made. */
export class Stamp {
  #file;

  /**
   * @param {string} name
   * @param {string} [folder]
   */
  constructor(name, folder = stampDir) {
    this.#file = join(folder, name);
  }

  /**
   * Whether the output was made, to the end, from the inputs with this hash.
   * @param {string} hash
   * @param {string} output a file that has to be there
   */
  async matches(hash, output) {
    if (!existsSync(output)) return false;
    return (await readFile(this.#file, 'utf8').catch(() => '')) === hash;
  }

  /** Forgets: to be called before the output is touched, so that an interrupted run is made again. */
  async clear() {
    await rm(this.#file, { force: true });
  }

  /**
   * Remembers; to be called once the output is complete.
   * @param {string} hash
   */
  async write(hash) {
    await mkdir(dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.${process.pid}`;
    await writeFile(temporary, hash);
    await rename(temporary, this.#file);
  }
}
