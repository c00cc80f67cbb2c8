import { JournalLine, type RecordedInit } from './journal-line.js';
import { SegmentTable } from './segment-table.js';

/** One rendition of a run, read from its journal. */
export type RecordedRendition = Readonly<{
  /** The id, such as `video-2` or `opus`. */
  id: string;
  /** The initialization sections by file name. */
  inits: ReadonlyMap<string, RecordedInit>;
  /** The segments in order, without duplicates. */
  segments: SegmentTable;
}>;

/** A run, whose renditions have the same segments. */
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
   * Adds a complete line. Don't pass the text after the last line break, because a crash may have
   * truncated it.
   */
  add(line: string): void {
    const read = parseLine(line);
    if (read?.kind === 'init') this.#inits.set(read.file, read);
    if (read?.kind === 'segment') this.#read.push('', read);
  }

  /**
   * Returns the rendition. Omits lines that a full disk truncated, and segments whose
   * initialization section was in such a line.
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
    // The lines may be out of order, because a gap is recorded at once, but a segment isn't
    // recorded until it is on disk.
    if (!isInOrder) order.sort((a, b) => read.msn(a) - read.msn(b) || a - b);
    const segments = new SegmentTable(this.#id);
    for (const [place, index] of order.entries()) {
      // If a segment was recorded twice, the later line applies.
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

/** Returns the total size of the runs' files. */
export function bytesOf(runs: readonly RecordedRun[]): number {
  let bytes = 0;
  for (const { renditions } of runs)
    for (const { segments } of renditions)
      for (let index = 0; index < segments.length; index += 1) bytes += segments.bytes(index);
  return bytes;
}
