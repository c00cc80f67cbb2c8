import type { Turns } from '../../common/turns.js';
import type { RecordedInit } from '../journal/journal-line.js';
import type { RecordedRendition, RecordedRun } from '../journal/recorded.js';
import type { SegmentTable } from '../journal/segment-table.js';

/**
 * A segment's position in a rendition's table. If the rendition has a gap there, only the segment's
 * times are used.
 */
type Place = Readonly<{ table: SegmentTable; index: number; asGap: boolean }>;

const ABSENT = -1;
/**
 * The maximum number of segments by which a rendition may delay a run's start. One that begins later
 * has gaps until then.
 */
const LATE_START_MAX = 5;

/**
 * A run with the same segments in all its renditions. Where a rendition lacks a segment, it has a
 * gap.
 */
export class AlignedRun {
  readonly id: string;
  readonly renditions: readonly RecordedRendition[];
  /** For each rendition, the table index of each row. */
  readonly #rows: readonly number[][];
  readonly #msns: number[] = [];
  /** For each rendition, the initialization sections to which its segments refer. */
  readonly #used: readonly Set<string>[];
  #seconds = 0;

  /** @internal Created by {@link alignRun}. */
  constructor({ id, renditions }: RecordedRun) {
    this.id = id;
    this.renditions = renditions;
    this.#rows = renditions.map(() => []);
    this.#used = renditions.map(() => new Set());
  }

  get seconds(): number {
    return this.#seconds;
  }

  /**
   * A key that identifies the renditions, their codecs and timescales, without the parts that vary
   * with the video.
   */
  get kind(): string {
    return this.renditions
      .map(({ id }, place) => `${id}:${formatOf(this.initsOf(place).at(-1))}`)
      .toSorted()
      .join();
  }

  get length(): number {
    return this.#msns.length;
  }

  msn(row: number): number {
    return this.#msns[row] ?? 0;
  }

  /** The initialization sections to which a rendition's segments refer, in order of appearance. */
  initsOf(place: number): readonly RecordedInit[] {
    const used = this.#used[place];
    const inits = this.renditions[place]?.inits.values() ?? [];
    return [...inits].filter(({ file }) => used?.has(file));
  }

  /**
   * @internal Adds a row.
   * @param indices the table index in each rendition
   */
  add(msn: number, indices: readonly number[]): void {
    this.#msns.push(msn);
    for (const [place, index] of indices.entries()) {
      this.#rows[place]?.push(index);
      const init = index === ABSENT ? null : this.renditions[place]?.segments.init(index);
      if (typeof init === 'string') this.#used[place]?.add(init);
    }
    const { table, index } = this.at(0, this.length - 1);
    this.#seconds += table.durationS(index);
  }

  /** Returns a rendition's segment or gap in a row. */
  at(place: number, row: number): Place {
    const own = this.#placeOf(place, row);
    if (own) return own;
    // At least one rendition contains the segment; otherwise the row would not exist.
    for (let other = this.renditions.length - 1; other >= 0; other -= 1) {
      const found = this.#placeOf(other, row);
      if (found) return { ...found, asGap: true };
    }
    throw new RangeError(`no row ${row} in the run ${this.id}`);
  }

  #placeOf(place: number, row: number): Place | null {
    const index = this.#rows[place]?.[row] ?? ABSENT;
    const table = this.renditions[place]?.segments;
    return table === undefined || index === ABSENT ? null : { table, index, asGap: false };
  }
}

const formatOf = (init: RecordedInit | undefined): string =>
  [init?.codecs.split('.')[0], init?.timescale].filter((part) => part !== undefined).join('@');

/**
 * Aligns the renditions of a run, from the first segment that all of them have, except those that
 * begin much later, to the end of the shortest, because after a crash, the others may have one more
 * segment. Segments that are stored in none of the renditions are omitted. Returns null if nothing
 * is left.
 */
export async function alignRun(
  { id, renditions }: RecordedRun,
  turns: Turns,
): Promise<AlignedRun | null> {
  const filled = renditions.filter(({ segments }) => firstFilled(segments) !== ABSENT);
  const tables = filled.map(({ segments }) => segments);
  const starts = tables.map((table) => table.msn(firstFilled(table)));
  const latest = Math.min(...starts) + LATE_START_MAX;
  const from = Math.max(0, ...starts.filter((msn) => msn <= latest));
  const to = Math.min(...tables.map((table) => table.msn(table.length - 1)));
  const run = new AlignedRun({ id, renditions: filled });
  for (const { msn, indices } of together(tables)) {
    if (turns.isOver) await turns.next();
    if (msn > to) break;
    if (msn >= from) run.add(msn, indices);
  }
  return run.length === 0 ? null : run;
}

/** Whether segments in the middle are missing from all renditions. */
export function hasHoles({ renditions }: RecordedRun): boolean {
  let last: number | null = null;
  for (const { msn } of together(renditions.map(({ segments }) => segments))) {
    if (last !== null && msn !== last + 1) return true;
    last = msn;
  }
  return false;
}

/**
 * Yields all segment numbers of the tables in order, each with its index in every table. The same
 * array is reused for every result.
 */
function* together(
  tables: readonly SegmentTable[],
): Generator<Readonly<{ msn: number; indices: readonly number[] }>> {
  const next = tables.map(() => 0);
  const indices = tables.map(() => ABSENT);
  for (;;) {
    let msn = Number.POSITIVE_INFINITY;
    for (const [place, table] of tables.entries()) {
      const index = next[place] ?? 0;
      if (index < table.length) msn = Math.min(msn, table.msn(index));
    }
    if (msn === Number.POSITIVE_INFINITY) return;
    for (const [place, table] of tables.entries()) {
      const index = next[place] ?? 0;
      const isThere = index < table.length && table.msn(index) === msn;
      indices[place] = isThere ? index : ABSENT;
      if (isThere) next[place] = index + 1;
    }
    yield { msn, indices };
  }
}

function firstFilled(table: SegmentTable): number {
  for (let index = 0; index < table.length; index += 1) if (!table.isGap(index)) return index;
  return ABSENT;
}
