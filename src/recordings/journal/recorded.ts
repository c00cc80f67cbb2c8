import { JournalLine, type RecordedInit } from './journal-line.js';
import { SegmentTable } from './segment-table.js';

/** One rendition of a run, read from its journal. */
export type RecordedRendition = Readonly<{
  /** For example `video-2` or `opus`. */
  id: string;
  /** By file. */
  inits: ReadonlyMap<string, RecordedInit>;
  /** In order, without duplicates. */
  segments: SegmentTable;
}>;

/** A run: renditions with the same segments. */
export type RecordedRun = Readonly<{ id: string; renditions: readonly RecordedRendition[] }>;

/** Reads a rendition's journal line by line. */
export class JournalReader {
  readonly #id: string;
  readonly #inits = new Map<string, RecordedInit>();
  readonly #read: SegmentTable;

  constructor(id: string) {
    this.#id = id;
    this.#read = new SegmentTable(id);
  }

  /**
   * Adds a complete line. Do not pass what follows the last line break: a crash may have truncated
   * it.
   */
  add(line: string): void {
    const read = parseLine(line);
    if (read?.kind === 'init') this.#inits.set(read.file, read);
    if (read?.kind === 'segment') this.#read.push('', read);
  }

  /**
   * Returns the rendition. Omits lines that a full disk truncated, and segments whose
   * initialization section was on one of these.
   */
  finish(): RecordedRendition {
    const read = this.#read;
    const inits = this.#inits;
    const order: number[] = [];
    let isInOrder = true;
    for (let index = 0; index < read.length; index += 1) {
      if (!read.isGap(index) && !inits.has(read.init(index) ?? '')) continue;
      const last = order.at(-1);
      if (last !== undefined && read.msn(last) >= read.msn(index)) isInOrder = false;
      order.push(index);
    }
    if (isInOrder && order.length === read.length) return { id: this.#id, inits, segments: read };
    // A gap is recorded at once, the segments before it only once they are on disk.
    if (!isInOrder) order.sort((a, b) => read.msn(a) - read.msn(b) || a - b);
    const segments = new SegmentTable(this.#id);
    for (const [place, index] of order.entries()) {
      // For a segment recorded twice the later line applies.
      const next = order[place + 1];
      if (next !== undefined && read.msn(next) === read.msn(index)) continue;
      const discontinuity = read.discontinuity(index);
      segments.pushFrom(read, index, { run: '', discontinuity, asGap: false });
    }
    return { id: this.#id, inits, segments };
  }
}

/** Reads a whole journal. */
export function readJournal(id: string, text: string): RecordedRendition {
  const reader = new JournalReader(id);
  for (const line of text.split('\n').slice(0, -1)) reader.add(line);
  return reader.finish();
}

function parseLine(line: string): JournalLine | null {
  try {
    return JournalLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    // After a power failure the file can contain anything.
    return null;
  }
}

/** Formats a journal line. */
export const journalLine = (line: JournalLine): string => `${JSON.stringify(line)}\n`;

/** The total size of the files of runs. */
export function bytesOf(runs: readonly RecordedRun[]): number {
  let bytes = 0;
  for (const { renditions } of runs)
    for (const { segments } of renditions)
      for (let index = 0; index < segments.length; index += 1) bytes += segments.bytes(index);
  return bytes;
}
