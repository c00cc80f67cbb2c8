import type { Turns } from '../../common/turns.js';
import type { RecordedInit } from '../journal/journal-line.js';
import type { RecordedRendition, RecordedRun } from '../journal/recorded.js';
import type { SegmentTable } from '../journal/segment-table.js';

/** Where a segment is in a rendition's journal; as a gap: only its times are from there. */
type Place = Readonly<{ table: SegmentTable; index: number; asGap: boolean }>;

const ABSENT = -1;

/**
 * A run with the same segments in all its renditions: what one of them has nothing of, though others do, it has as
 * gaps.
 */
export class AlignedRun {
  readonly id: string;
  readonly renditions: readonly RecordedRendition[];
  /** Of each rendition, where in its table each row is. */
  readonly #rows: readonly number[][];
  readonly #msns: number[] = [];
  /** Of each rendition, the files that its segments name. */
  readonly #used: readonly Set<string>[];
  #seconds = 0;

  /** @internal Made by {@link alignRun}. */
  constructor({ id, renditions }: RecordedRun) {
    this.id = id;
    this.renditions = renditions;
    this.#rows = renditions.map(() => []);
    this.#used = renditions.map(() => new Set());
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Renditions and their codecs, without what changes with light and movement. */
  get kind(): string {
    return this.renditions
      .map(({ id }, place) => `${id}:${this.initsOf(place).at(-1)?.codecs.split('.')[0] ?? ''}`)
      .toSorted()
      .join();
  }

  get length(): number {
    return this.#msns.length;
  }

  msn(row: number): number {
    return this.#msns[row] ?? 0;
  }

  /** The initialization sections that a rendition's segments name, in the order in which they came. */
  initsOf(place: number): readonly RecordedInit[] {
    const used = this.#used[place];
    const inits = this.renditions[place]?.inits.values() ?? [];
    return [...inits].filter(({ file }) => used?.has(file));
  }

  /** @internal Adds a row: where each rendition has it. */
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

  /** What a rendition has in a row. */
  at(place: number, row: number): Place {
    const own = this.#placeOf(place, row);
    if (own) return own;
    // Some rendition has it, or there would be no such row.
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

/**
 * What all renditions of a run have, from where all begin: after a crash one may have a segment more. What could be
 * written of none is left out. null: there is nothing.
 */
export async function alignRun(
  { id, renditions }: RecordedRun,
  turns: Turns,
): Promise<AlignedRun | null> {
  const filled = renditions.filter(({ segments }) => firstFilled(segments) !== ABSENT);
  const tables = filled.map(({ segments }) => segments);
  let [from, to] = [0, filled.length === 0 ? ABSENT : Number.POSITIVE_INFINITY];
  for (const table of tables) {
    from = Math.max(from, table.msn(firstFilled(table)));
    to = Math.min(to, table.msn(table.length - 1));
  }
  const run = new AlignedRun({ id, renditions: filled });
  for (const { msn, indices } of together(tables)) {
    if (turns.isOver) await turns.next();
    if (msn > to) break;
    if (msn >= from) run.add(msn, indices);
  }
  return run.length === 0 ? null : run;
}

/** Segments between others were kept of no rendition. */
export function hasHoles({ renditions }: RecordedRun): boolean {
  let last: number | null = null;
  for (const { msn } of together(renditions.map(({ segments }) => segments))) {
    if (last !== null && msn !== last + 1) return true;
    last = msn;
  }
  return false;
}

/** All numbers that there are in some tables, in order, with where each has it. The array is the same each time. */
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
