import { box, fullBox, u32 } from './box.js';

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Consecutive samples in a file, without gaps in time. */
export type Chunk = Readonly<{
  /** The presentation time of the first sample, in ticks of the track. */
  startTicks: number;
  /** Its file offset, relative to a position given later. */
  offset: number;
  /** The index of its sample entry, from 0. */
  entry: number;
  sizes: readonly number[];
  durationsTicks: readonly number[];
  /** Samples that can be decoded independently. */
  keys: readonly number[];
}>;

/**
 * The sample tables of a track (ISO/IEC 14496-12 8.5 to 8.7), filled chunk by chunk. A sample lasts
 * until the next one begins: a gap between chunks extends the sample before it, an overlap shortens
 * it.
 */
export class SampleTable {
  readonly #sizes: number[] = [];
  /** Run-length pairs of sample count and duration. */
  readonly #durations: number[] = [];
  readonly #keys: number[] = [];
  readonly #chunks: Pick<Chunk, 'offset' | 'entry'>[] = [];
  readonly #chunkSamples: number[] = [];
  /** The tables that do not depend on the data's position; null if outdated. */
  #tables: Uint8Array[] | null = null;
  #startTicks = 0;
  /** The start of the last sample, and its nominal duration. */
  #lastTicks = 0;
  #lastDuration = 0;

  /** The start of the first sample. */
  get startTicks(): number {
    return this.#startTicks;
  }

  /** The end of the last sample. */
  get endTicks(): number {
    return this.#lastTicks + this.#lastDuration;
  }

  get isEmpty(): boolean {
    return this.#sizes.length === 0;
  }

  add({ startTicks, offset, entry, sizes, durationsTicks, keys }: Chunk): void {
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
    }
    this.#chunks.push({ offset, entry });
    this.#chunkSamples.push(sizes.length);
  }

  /**
   * The `stbl`.
   *
   * @param from the position from which chunk offsets count
   */
  box({ entries, from }: Readonly<{ entries: readonly Uint8Array[]; from: number }>): Uint8Array {
    return box(
      'stbl',
      fullBox('stsd', {}, u32(entries.length), ...entries),
      ...this.settle(),
      this.#offsets(from),
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
      table('stts', [...this.#durations, ...last], 2),
      ...(isAllKeys ? [] : [table('stss', this.#keys, 1)]),
      table('stsc', this.#chunkRuns(), 3),
      fullBox('stsz', {}, u32(0), u32(this.#sizes.length), numbers(this.#sizes)),
    ];
  }

  /** Ends the last sample where the next one begins. */
  #advance(ticks: number): void {
    const durations = this.#durations;
    const last = durations.length - 1;
    if (last > 0 && durations[last] === ticks) durations[last - 1] = (durations[last - 1] ?? 0) + 1;
    else durations.push(1, ticks);
    this.#lastTicks += ticks;
  }

  /** First chunk, samples per chunk, sample entry: one row per run of equal chunks. */
  #chunkRuns(): number[] {
    const runs: number[] = [];
    for (const [index, samples] of this.#chunkSamples.entries()) {
      const entry = (this.#chunks[index]?.entry ?? 0) + 1;
      if (runs.at(-2) !== samples || runs.at(-1) !== entry) runs.push(index + 1, samples, entry);
    }
    return runs;
  }

  #offsets(from: number): Uint8Array {
    const content = Buffer.alloc(4 + 8 * this.#chunks.length);
    content.writeUInt32BE(this.#chunks.length);
    for (const [index, { offset }] of this.#chunks.entries())
      content.writeBigUInt64BE(BigInt(from + offset), 4 + 8 * index);
    return fullBox('co64', {}, content);
  }
}

/** A table of rows with a fixed number of 32-bit values. */
const table = (type: string, values: readonly number[], columns: number): Uint8Array =>
  fullBox(type, {}, u32(values.length / columns), numbers(values));

/** Big-endian 32-bit values. */
function numbers(values: readonly number[]): Uint8Array {
  const words = Uint32Array.from(values);
  const bytes = Buffer.from(words.buffer);
  return LITTLE_ENDIAN ? bytes.swap32() : bytes;
}
