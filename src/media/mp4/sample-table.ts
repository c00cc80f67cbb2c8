import { boxInPieces, fullBox, u32, u64, zeros } from './box.js';

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Consecutive samples in a file, without gaps in time. */
export type Chunk = Readonly<{
  /** The decode time of the first sample, in ticks of the track. */
  startTicks: number;
  /**
   * The file offset of the first sample, relative to the position passed to {@link
   * SampleTable.box}.
   */
  offset: number;
  /** The index of the samples' sample entry, from 0. */
  entry: number;
  sizes: readonly number[];
  durationsTicks: readonly number[];
  /** The samples' presentation times minus their decode times; absent if all are 0. */
  compositionsTicks?: readonly number[];
  /** The indices of samples that can be decoded independently. */
  keys: readonly number[];
}>;

/**
 * The sample tables of a track (ISO/IEC 14496-12 8.5 to 8.7), filled chunk by chunk. A sample lasts
 * until the next one begins, so a gap between chunks extends the sample before the gap, and an
 * overlap shortens it.
 */
export class SampleTable {
  readonly #sizes: number[] = [];
  /** Run-length pairs of sample count and duration. */
  readonly #durations: number[] = [];
  /** Run-length pairs of sample count and composition offset. */
  readonly #offsets: number[] = [];
  readonly #keys: number[] = [];
  readonly #chunks: Pick<Chunk, 'offset' | 'entry'>[] = [];
  readonly #chunkSamples: number[] = [];
  /** The tables that do not depend on the data's position; null if outdated. */
  #tables: Uint8Array[] | null = null;
  #startTicks = 0;
  /** The start of the last sample, and its nominal duration. */
  #lastTicks = 0;
  #lastDuration = 0;
  /** The end of the sample that is shown last. */
  #shownTicks = 0;

  /** The start of the first sample. */
  get startTicks(): number {
    return this.#startTicks;
  }

  /** The end of the last sample. */
  get endTicks(): number {
    return this.#lastTicks + this.#lastDuration;
  }

  /** Whether the presentation time of any sample differs from its decode time. */
  get reorders(): boolean {
    return this.#offsets.length > 2 || (this.#offsets[1] ?? 0) !== 0;
  }

  get isEmpty(): boolean {
    return this.#sizes.length === 0;
  }

  add(chunk: Chunk): void {
    const { startTicks, offset, entry, sizes, durationsTicks, compositionsTicks, keys } = chunk;
    if (sizes.length === 0) return;
    this.#tables = null;
    if (this.isEmpty) {
      this.#startTicks = startTicks;
      this.#lastTicks = startTicks;
    } else this.#advance(Math.max(0, startTicks - this.#lastTicks));
    for (const key of keys) this.#keys.push(this.#sizes.length + key + 1);
    for (let index = 0; index < sizes.length; index += 1) {
      if (index > 0) this.#advance(this.#lastDuration);
      this.#sizes.push(sizes[index] ?? 0);
      this.#lastDuration = durationsTicks[index] ?? 0;
      const compositionTicks = compositionsTicks?.[index] ?? 0;
      countRun(this.#offsets, compositionTicks);
      this.#shownTicks = Math.max(this.#shownTicks, this.endTicks + compositionTicks);
    }
    this.#chunks.push({ offset, entry });
    this.#chunkSamples.push(sizes.length);
  }

  /**
   * Returns the `stbl` in pieces.
   * @param from the position to which chunk offsets are relative; null if only the length matters
   */
  box({
    entries,
    from,
  }: Readonly<{ entries: readonly Uint8Array[]; from: number | null }>): Uint8Array[] {
    return boxInPieces(
      'stbl',
      fullBox('stsd', {}, u32(entries.length), ...entries),
      ...this.settle(),
      this.#chunkOffsets(from),
    );
  }

  /** Builds the tables that do not depend on the data's position, so that {@link box} is fast. */
  settle(): readonly Uint8Array[] {
    this.#tables ??= this.#makeTables();
    return this.#tables;
  }

  #makeTables(): Uint8Array[] {
    const last = this.isEmpty ? [] : [1, this.#lastDuration];
    const isAllKeys = this.#keys.length === this.#sizes.length;
    return [
      ...table('stts', this.#durations.concat(last), 2),
      ...(this.reorders ? this.#compositions() : []),
      ...(isAllKeys ? [] : table('stss', this.#keys, 1)),
      ...table('stsc', this.#chunkRuns(), 3),
      ...boxInPieces('stsz', zeros(8), u32(this.#sizes.length), numbers(this.#sizes)),
    ];
  }

  /** Returns `ctts` (8.6.1.3) with signed offsets, and `cslg` (8.6.1.4), which their range requires. */
  #compositions(): Uint8Array[] {
    let [least, greatest] = [0, 0];
    for (let at = 1; at < this.#offsets.length; at += 2) {
      least = Math.min(least, this.#offsets[at] ?? 0);
      greatest = Math.max(greatest, this.#offsets[at] ?? 0);
    }
    const endTicks = Math.max(0, this.#shownTicks - this.#startTicks);
    const range = [-least, least, greatest, this.#offsets[1] ?? 0, endTicks];
    return [
      ...table('ctts', this.#offsets, 2, { version: 1 }),
      fullBox('cslg', { version: 1 }, ...range.map(u64)),
    ];
  }

  /** Ends the last sample at the start of the next one. */
  #advance(ticks: number): void {
    countRun(this.#durations, ticks);
    this.#lastTicks += ticks;
  }

  /** Returns one row per series of equal chunks: first chunk, samples per chunk, sample entry. */
  #chunkRuns(): number[] {
    const runs: number[] = [];
    for (const [index, samples] of this.#chunkSamples.entries()) {
      const entry = (this.#chunks[index]?.entry ?? 0) + 1;
      if (runs.at(-2) !== samples || runs.at(-1) !== entry) runs.push(index + 1, samples, entry);
    }
    return runs;
  }

  #chunkOffsets(from: number | null): Uint8Array {
    const content = Buffer.alloc(4 + 8 * this.#chunks.length);
    content.writeUInt32BE(this.#chunks.length);
    let at = 4;
    for (const { offset } of from === null ? [] : this.#chunks) {
      const position = (from ?? 0) + offset;
      at = content.writeUInt32BE(Math.floor(position / 2 ** 32), at);
      at = content.writeUInt32BE(position % 2 ** 32, at);
    }
    return fullBox('co64', {}, content);
  }
}

/** Adds a value to run-length pairs of count and value. */
function countRun(pairs: number[], value: number): void {
  const last = pairs.length - 1;
  if (last > 0 && pairs[last] === value) pairs[last - 1] = (pairs[last - 1] ?? 0) + 1;
  else pairs.push(1, value);
}

/** Returns a table of rows with a fixed number of 32-bit values. */
const table = (
  type: string,
  values: readonly number[],
  columns: number,
  { version = 0 } = {},
): Uint8Array[] =>
  boxInPieces(type, [version, 0, 0, 0], u32(values.length / columns), numbers(values));

/** Encodes big-endian 32-bit values; negative ones in two's complement. */
function numbers(values: readonly number[]): Uint8Array {
  const words = Uint32Array.from(values);
  const bytes = Buffer.from(words.buffer);
  return LITTLE_ENDIAN ? bytes.swap32() : bytes;
}
