import { appendFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackagedFragment } from '../../broadcast/ports.js';
import { readSamples, samplesLine } from './samples.js';
import { type JournalLine, journalLine, readJournal, type RecordedRun } from './recorded.js';

/** A picture of what was shown at a time. */
export type KeptPicture = Readonly<{ file: string; wallMs: number }>;

const JOURNAL = 'journal.jsonl';
const SAMPLES = 'samples.jsonl';
const PICTURES = 'pictures.jsonl';
const ID = /^[\da-f-]{36}$/;
const PICTURE = /^\{"file":"([\w.-]+)","wallMs":(\d+(?:\.\d+)?)\}$/;

type OfRendition = Readonly<{ key: string; run: string; rendition: string }>;

/** The journals of recordings, always in a folder of this machine: `RECORDING/RUN/RENDITION/journal.jsonl`. */
export class Journals {
  readonly #folder: string;
  /** Files whose last line may be cut, since it could not be written; as many as are being recorded at most. */
  readonly #torn = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds a line to a rendition's. */
  async append(of: OfRendition, line: JournalLine): Promise<void> {
    await this.#append(pathOf(of, JOURNAL), journalLine(line));
  }

  /** Adds what a segment's file is made of, which spares reading it. */
  async appendSamples(
    of: OfRendition,
    msn: number,
    fragments: readonly PackagedFragment[],
  ): Promise<void> {
    await this.#append(pathOf(of, SAMPLES), samplesLine(msn, fragments));
  }

  /** What is known of a rendition's files, by segment. */
  async samples(of: OfRendition): Promise<Map<number, readonly PackagedFragment[]>> {
    const samples = new Map<number, readonly PackagedFragment[]>();
    const file = await open(join(this.#folder, pathOf(of, SAMPLES))).catch(() => null);
    if (!file) return samples;
    // A long one takes a while: others have their turn between the lines.
    for await (const line of file.readLines()) {
      const read = readSamples(line);
      if (read) samples.set(read.msn, read.fragments);
    }
    return samples;
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
    const folder = join(this.#folder, key, '/');
    for (const file of this.#torn) if (file.startsWith(folder)) this.#torn.delete(file);
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
    try {
      // A line that was cut, by a full disk, is ended before the next one.
      await this.#appendTo(file, this.#torn.has(file) ? `\n${text}` : text);
      this.#torn.delete(file);
    } catch (error) {
      this.#torn.add(file);
      throw error;
    }
  }

  async #appendTo(file: string, text: string): Promise<void> {
    try {
      await appendFile(file, text);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      await mkdir(dirname(file), { recursive: true });
      await appendFile(file, text);
    }
  }
}

/** Of the folders in one; none where there is none. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

const startOf = ({ renditions }: RecordedRun): number =>
  Math.min(...renditions.map(({ segments }) => segments[0]?.wallMs ?? Number.POSITIVE_INFINITY));

const pathOf = ({ key, run, rendition }: OfRendition, file: string): string =>
  join(key, run, rendition, file);
