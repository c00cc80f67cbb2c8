import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';
import { Turns } from '../../common/turns.js';
import { completeLines } from './complete-lines.js';
import { readSamples, samplesLine } from './samples.js';
import { type JournalLine } from './journal-line.js';
import { JournalReader, journalLine, type RecordedRun } from './recorded.js';

/** A stored preview image and its capture time. */
export type KeptPicture = Readonly<{ file: string; wallMs: number }>;

const JOURNAL = 'journal.jsonl';
const SAMPLES = 'samples.jsonl';
const ID = /^[\da-f-]{36}$/;
/** Each node has its own list of pictures, because a broadcast can move between nodes. */
const PICTURES = /^pictures(?:-[\da-f]{8})?\.jsonl$/;
const PICTURE = /^\{"file":"([\w.-]+)","wallMs":(\d+(?:\.\d+)?)\}$/;

type OfRendition = Readonly<{ key: string; run: string; rendition: string }>;

/**
 * The journals of recordings, which are always stored on the local disk, at
 * `RECORDING/RUN/RENDITION/journal.jsonl`.
 */
export class Journals {
  readonly #folder: string;
  /** The file with this node's pictures. */
  readonly #pictures: string;
  /**
   * Files whose last line may be truncated because a write failed. Their number is bounded by the
   * number of files of stored recordings.
   */
  readonly #torn = new Set<string>();

  /** @param node the id of this node if it is one of several */
  constructor(folder: string, node: string | null = null) {
    this.#folder = folder;
    this.#pictures = node === null ? 'pictures.jsonl' : `pictures-${node.slice(0, 8)}.jsonl`;
  }

  /** Appends a line to a rendition's journal. */
  async append(rendition: OfRendition, line: JournalLine): Promise<void> {
    await this.#append(pathOf(rendition, JOURNAL), journalLine(line));
  }

  /** Appends the sample table of a segment's file, which saves reading the file later. */
  async appendSamples(
    rendition: OfRendition,
    msn: number,
    fragments: readonly PackagedFragment[],
  ): Promise<void> {
    await this.#append(pathOf(rendition, SAMPLES), samplesLine(msn, fragments));
  }

  /** Returns the recorded sample tables of a rendition, by segment. */
  async samples(
    rendition: OfRendition,
    turns: Turns = new Turns(),
  ): Promise<Map<number, readonly PackagedFragment[]>> {
    const samples = new Map<number, readonly PackagedFragment[]>();
    await completeLines(join(this.#folder, pathOf(rendition, SAMPLES)), turns, (line) => {
      const read = readSamples(line);
      if (read) samples.set(read.msn, read.fragments);
    });
    return samples;
  }

  async appendPicture(key: string, picture: KeptPicture): Promise<void> {
    await this.#append(join(key, this.#pictures), `${JSON.stringify(picture)}\n`);
  }

  /**
   * Reads all runs of a recording, in recording order. Works in slices, because the journals of a
   * one-day recording have 200,000 lines.
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
    const folder = join(this.#folder, key);
    const names = (await readdir(folder).catch(() => [])).filter((name) => PICTURES.test(name));
    for (const name of names)
      await completeLines(join(folder, name), turns, (line) => {
        const [, file, wallMs] = PICTURE.exec(line) ?? [];
        if (file !== undefined) pictures.push({ file, wallMs: Number(wallMs) });
      });
    return names.length > 1 ? pictures.toSorted((a, b) => a.wallMs - b.wallMs) : pictures;
  }

  /**
   * Returns the ids of the recordings and clips whose folders were created before the given time.
   */
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
      // The folder of preview images has no journal.
      if (await completeLines(path, turns, (line) => reader.add(line)))
        renditions.push(reader.finish());
    }
    return { id: run, renditions };
  }

  async #append(path: string, text: string): Promise<void> {
    const file = join(this.#folder, path);
    try {
      // If a full disk truncated the previous line, terminate that line before writing this one.
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

/** Returns the names of the subfolders; returns an empty list if the folder does not exist. */
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
