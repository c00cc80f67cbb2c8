import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';
import { Turns } from '../../common/turns.js';
import { completeLines } from './complete-lines.js';
import { readSamples, samplesLine } from './samples.js';
import { type JournalLine } from './journal-line.js';
import { JournalReader, journalLine, type RecordedRun } from './recorded.js';

/** A stored preview picture, and its time. */
export type KeptPicture = Readonly<{ file: string; wallMs: number }>;

const JOURNAL = 'journal.jsonl';
const SAMPLES = 'samples.jsonl';
const PICTURES = 'pictures.jsonl';
const ID = /^[\da-f-]{36}$/;
const PICTURE = /^\{"file":"([\w.-]+)","wallMs":(\d+(?:\.\d+)?)\}$/;

type OfRendition = Readonly<{ key: string; run: string; rendition: string }>;

/**
 * The journals of recordings, always on the local disk: `RECORDING/RUN/RENDITION/journal.jsonl`.
 */
export class Journals {
  readonly #folder: string;
  /**
   * Files whose last line may be truncated because a write failed; at most the number of active
   * recordings.
   */
  readonly #torn = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Appends a line to a rendition's journal. */
  async append(of: OfRendition, line: JournalLine): Promise<void> {
    await this.#append(pathOf(of, JOURNAL), journalLine(line));
  }

  /** Appends the sample table of a segment's file, which saves reading the file later. */
  async appendSamples(
    of: OfRendition,
    msn: number,
    fragments: readonly PackagedFragment[],
  ): Promise<void> {
    await this.#append(pathOf(of, SAMPLES), samplesLine(msn, fragments));
  }

  /** The recorded sample tables of a rendition, by segment. */
  async samples(
    of: OfRendition,
    turns: Turns = new Turns(),
  ): Promise<Map<number, readonly PackagedFragment[]>> {
    const samples = new Map<number, readonly PackagedFragment[]>();
    await completeLines(join(this.#folder, pathOf(of, SAMPLES)), turns, (line) => {
      const read = readSamples(line);
      if (read) samples.set(read.msn, read.fragments);
    });
    return samples;
  }

  async appendPicture(key: string, picture: KeptPicture): Promise<void> {
    await this.#append(join(key, PICTURES), `${JSON.stringify(picture)}\n`);
  }

  /**
   * Reads all runs of a recording, in recording order. Works in slices: a day's journals have
   * 200,000 lines.
   */
  async read(key: string, turns: Turns = new Turns()): Promise<RecordedRun[]> {
    const runs: RecordedRun[] = [];
    for (const id of await namesIn(join(this.#folder, key)))
      runs.push(await this.#readRun(key, id, turns));
    return runs
      .filter(({ renditions }) => renditions.length > 0)
      .toSorted((a, b) => startOf(a) - startOf(b));
  }

  async pictures(key: string, turns: Turns = new Turns()): Promise<KeptPicture[]> {
    const pictures: KeptPicture[] = [];
    await completeLines(join(this.#folder, key, PICTURES), turns, (line) => {
      const [, file, wallMs] = PICTURE.exec(line) ?? [];
      if (file !== undefined) pictures.push({ file, wallMs: Number(wallMs) });
    });
    return pictures;
  }

  /** The keys of recordings and clips started before a time. */
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

  async #readRun(key: string, run: string, turns: Turns): Promise<RecordedRun> {
    const folder = join(this.#folder, key, run);
    const renditions: RecordedRun['renditions'][number][] = [];
    for (const id of await namesIn(folder)) {
      const reader = new JournalReader(id);
      const path = join(folder, id, JOURNAL);
      // The folder of preview pictures has no journal.
      if (await completeLines(path, turns, (line) => reader.add(line)))
        renditions.push(reader.finish());
    }
    return { id: run, renditions };
  }

  async #append(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path);
    try {
      // Terminate a line that a full disk truncated before writing the next one.
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

/** The names of the subfolders; empty if the folder does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function startOf({ renditions }: RecordedRun): number {
  let startMs = Number.POSITIVE_INFINITY;
  for (const { segments } of renditions)
    if (segments.length > 0) startMs = Math.min(startMs, segments.wallMs(0));
  return startMs;
}

const pathOf = ({ key, run, rendition }: OfRendition, file: string): string =>
  join(key, run, rendition, file);
