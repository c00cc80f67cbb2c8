import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root, stampDir } from './paths.mjs';

/**
 * Lists the files under the given files and folders, sorted; missing ones are skipped.
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
 * Returns one hash of the names and contents of files. Modification times are ignored, because a
 * fresh clone or a branch switch changes every time but often no content.
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

/** Records the inputs from which an output was made. */
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
   * Returns whether the output was completed from the inputs with this hash.
   * @param {string} hash
   * @param {string} output a file that must exist
   */
  async matches(hash, output) {
    if (!existsSync(output)) return false;
    return (await readFile(this.#file, 'utf8').catch(() => '')) === hash;
  }

  /**
   * Deletes the record. Called before the output is changed, so that an interrupted run is
   * repeated.
   */
  async clear() {
    await rm(this.#file, { force: true });
  }

  /**
   * Records the inputs. Called once the output is complete.
   * @param {string} hash
   */
  async write(hash) {
    await mkdir(dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.${process.pid}`;
    await writeFile(temporary, hash);
    await rename(temporary, this.#file);
  }
}
