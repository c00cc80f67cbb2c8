import { appendFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type JournalLine, journalLine, readJournal, type RecordedRun } from './recorded.js';

/** A picture of what was shown at a time. */
export type KeptPicture = Readonly<{ file: string; wallMs: number }>;

const JOURNAL = 'journal.jsonl';
const PICTURES = 'pictures.jsonl';
const ID = /^[\da-f-]{36}$/;
const PICTURE = /^\{"file":"([\w.-]+)","wallMs":(\d+(?:\.\d+)?)\}$/;

/** The journals of recordings, always in a folder of this machine: `RECORDING/RUN/RENDITION/journal.jsonl`. */
export class Journals {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds a line to a rendition's. */
  async append(of: { key: string; run: string; rendition: string }, line: JournalLine) {
    await this.#append(join(of.key, of.run, of.rendition, JOURNAL), journalLine(line));
  }

  async appendPicture(key: string, picture: KeptPicture): Promise<void> {
    await this.#append(join(key, PICTURES), `${JSON.stringify(picture)}\n`);
  }

  /** All runs of a recording, in the order in which they were recorded. */
  async read(key: string): Promise<RecordedRun[]> {
    const ids = await namesIn(join(this.#folder, key));
    const runs = await Promise.all(ids.map((id) => this.#readRun(key, id)));
    return runs
      .filter(({ renditions }) => renditions.length > 0)
      .toSorted((a, b) => startOf(a) - startOf(b));
  }

  async pictures(key: string): Promise<KeptPicture[]> {
    const text = await readFile(join(this.#folder, key, PICTURES), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => {
      const [, file, wallMs] = PICTURE.exec(line) ?? [];
      return file === undefined ? [] : { file, wallMs: Number(wallMs) };
    });
  }

  /** The keys of recordings and clips that were begun before a time. */
  async keys(before: Date): Promise<{ recordings: string[]; clips: string[] }> {
    const old = async (folder: string): Promise<string[]> => {
      const names = (await namesIn(folder)).filter((name) => ID.test(name));
      const made = await Promise.all(
        names.map(async (name) => (await stat(join(folder, name))).birthtime),
      );
      return names.filter((_, index) => (made[index] ?? before) < before);
    };
    const [recordings, clips] = await Promise.all([
      old(this.#folder),
      old(join(this.#folder, 'clips')),
    ]);
    return { recordings, clips };
  }

  async delete(key: string): Promise<void> {
    await rm(join(this.#folder, key), { recursive: true, force: true });
  }

  async #readRun(key: string, run: string): Promise<RecordedRun> {
    const folder = join(this.#folder, key, run);
    const renditions = await Promise.all(
      (await namesIn(folder)).map(async (id) => {
        // A folder of pictures has no journal.
        const text = await readFile(join(folder, id, JOURNAL), 'utf8').catch(() => null);
        return text === null ? [] : [readJournal(id, text)];
      }),
    );
    return { id: run, renditions: renditions.flat() };
  }

  async #append(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path);
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, text);
  }
}

/** Of the folders in one; none where there is none. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

const startOf = ({ renditions }: RecordedRun): number =>
  Math.min(...renditions.map(({ segments }) => segments[0]?.wallMs ?? Number.POSITIVE_INFINITY));
