import type { RecordedSegment } from './journal-line.js';

/** A segment with its position in a recording. */
export type PlacedSegment = RecordedSegment & Readonly<{ run: string; rendition: string }>;

/** The memory that {@link SegmentTable} uses per segment, in bytes. */
export const SEGMENT_BYTES = 41;

const FILE = /^(\d{1,9})\.m4s$/;
const NONE = -1;
const FIRST_CAPACITY = 64;

/**
 * The segments of one rendition, in typed columns that use {@link SEGMENT_BYTES} per segment.
 * Objects would take five times as much memory and burden the garbage collector. A one-day
 * recording consists of 43,200 two-second segments.
 */
export class SegmentTable implements Iterable<PlacedSegment> {
  readonly rendition: string;
  #length = 0;
  #durationS = new Float64Array(FIRST_CAPACITY);
  #wallMs = new Float64Array(FIRST_CAPACITY);
  #msn = new Uint32Array(FIRST_CAPACITY);
  #file = new Int32Array(FIRST_CAPACITY);
  #init = new Int32Array(FIRST_CAPACITY);
  #run = new Int32Array(FIRST_CAPACITY);
  #bytes = new Uint32Array(FIRST_CAPACITY);
  #frames = new Uint32Array(FIRST_CAPACITY);
  #discontinuity = new Uint8Array(FIRST_CAPACITY);
  readonly #inits = new Names();
  readonly #runs = new Names();
  /** The index at which each run begins. */
  readonly #runStarts: number[] = [];

  constructor(rendition: string) {
    this.rendition = rendition;
  }

  /**
   * Creates a table.
   * @throws {Error} if a file's name isn't a number
   */
  static of(rendition: string, segments: Iterable<RecordedSegment & { run?: string }>) {
    const table = new SegmentTable(rendition);
    for (const { run = '', ...segment } of segments)
      if (!table.push(run, segment))
        throw new Error(`${segment.file} is not the name of a segment’s file`);
    return table;
  }

  get length(): number {
    return this.#length;
  }

  durationS(index: number): number {
    return this.#durationS[index] ?? 0;
  }

  wallMs(index: number): number {
    return this.#wallMs[index] ?? 0;
  }

  msn(index: number): number {
    return this.#msn[index] ?? 0;
  }

  bytes(index: number): number {
    return this.#bytes[index] ?? 0;
  }

  frames(index: number): number {
    return this.#frames[index] ?? 0;
  }

  isGap(index: number): boolean {
    return this.#file[index] === NONE;
  }

  discontinuity(index: number): boolean {
    return this.#discontinuity[index] === 1;
  }

  run(index: number): string {
    return this.#runs.of(this.#run[index] ?? NONE) ?? '';
  }

  /** The file of the segment's initialization section; null before the first section. */
  init(index: number): string | null {
    return this.#inits.of(this.#init[index] ?? NONE);
  }

  /** The segment's file; null for a gap. */
  file(index: number): string | null {
    const number = this.#file[index] ?? NONE;
    return number === NONE ? null : `${number}.m4s`;
  }

  at(index: number): PlacedSegment | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return {
      kind: 'segment',
      rendition: this.rendition,
      run: this.run(index),
      msn: this.msn(index),
      file: this.file(index),
      init: this.init(index),
      durationS: this.durationS(index),
      wallMs: this.wallMs(index),
      discontinuity: this.discontinuity(index),
      bytes: this.bytes(index),
      frames: this.frames(index),
    };
  }

  *[Symbol.iterator](): Generator<PlacedSegment> {
    for (let index = 0; index < this.#length; index += 1) {
      const segment = this.at(index);
      if (segment) yield segment;
    }
  }

  /**
   * Returns the index of a run's segment; -1 if it does not exist. Numbers increase within a run.
   */
  indexOf(run: string, msn: number): number {
    for (const [stretch, from] of this.#runStarts.entries()) {
      if (this.run(from) !== run) continue;
      let [low, high] = [from, (this.#runStarts[stretch + 1] ?? this.#length) - 1];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (this.msn(middle) < msn) low = middle + 1;
        else high = middle;
      }
      if (this.msn(low) === msn) return low;
    }
    return -1;
  }

  /**
   * Appends a segment. Returns false and appends nothing if the file's name isn't that of a
   * segment.
   */
  push(run: string, segment: RecordedSegment): boolean {
    const { msn, file, init, durationS, wallMs, discontinuity, bytes, frames } = segment;
    const [, number] = file === null ? ['', String(NONE)] : (FILE.exec(file) ?? []);
    if (number === undefined) return false;
    const index = this.#next(run);
    this.#durationS[index] = durationS;
    this.#wallMs[index] = wallMs;
    this.#msn[index] = msn;
    this.#file[index] = Number(number);
    this.#init[index] = init === null ? NONE : this.#inits.add(init);
    this.#bytes[index] = bytes;
    this.#frames[index] = frames;
    this.#discontinuity[index] = discontinuity ? 1 : 0;
    return true;
  }

  /** Appends the segment at an index of another table, as a segment of a run. */
  pushFrom(
    other: SegmentTable,
    from: number,
    { run, discontinuity, asGap }: { run: string; discontinuity: boolean; asGap: boolean },
  ): void {
    const index = this.#next(run);
    const init = asGap ? null : other.init(from);
    this.#durationS[index] = other.durationS(from);
    this.#wallMs[index] = other.wallMs(from);
    this.#msn[index] = other.msn(from);
    this.#file[index] = asGap ? NONE : (other.#file[from] ?? NONE);
    this.#init[index] = init === null ? NONE : this.#inits.add(init);
    this.#bytes[index] = asGap ? 0 : other.bytes(from);
    this.#frames[index] = asGap ? 0 : other.frames(from);
    this.#discontinuity[index] = discontinuity ? 1 : 0;
  }

  #next(run: string): number {
    const index = this.#length;
    if (index === this.#msn.length) this.#grow();
    const number = this.#runs.add(run);
    if (index === 0 || this.#run[index - 1] !== number) this.#runStarts.push(index);
    this.#run[index] = number;
    this.#length += 1;
    return index;
  }

  #grow(): void {
    const capacity = this.#length * 2;
    this.#durationS = grown(this.#durationS, new Float64Array(capacity));
    this.#wallMs = grown(this.#wallMs, new Float64Array(capacity));
    this.#msn = grown(this.#msn, new Uint32Array(capacity));
    this.#file = grown(this.#file, new Int32Array(capacity));
    this.#init = grown(this.#init, new Int32Array(capacity));
    this.#run = grown(this.#run, new Int32Array(capacity));
    this.#bytes = grown(this.#bytes, new Uint32Array(capacity));
    this.#frames = grown(this.#frames, new Uint32Array(capacity));
    this.#discontinuity = grown(this.#discontinuity, new Uint8Array(capacity));
  }
}

function grown<T extends Float64Array | Uint32Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Interns repeated strings as numbers. */
class Names {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();

  add(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  of(number: number): string | null {
    return this.#names[number] ?? null;
  }
}
