import { type Part, partAt } from './part.js';
import type { SegmentStart, WrittenPart } from '../timeline/rendition-writer.js';

/**
 * `open`: parts are being added. `abandoned`: parts are being added, but the segment is too large
 * for memory and will become a gap. `complete`: all parts have been added. `stored`: the segment is
 * complete and written to its file. `gap`: the segment has no media (RFC 8216bis 4.4.4.7).
 */
export type SegmentState = 'open' | 'abandoned' | 'complete' | 'stored' | 'gap';

/** One segment of a rendition, with its metadata and, while they are in memory, its bytes. */
export class Segment {
  readonly msn: number;
  /** The capture time of the segment's start, in milliseconds since 1970. */
  readonly wallMs: number;
  readonly discontinuity: boolean;
  /** The number of the segment's initialization section. */
  readonly init: number;
  #state: SegmentState = 'open';
  #parts: Part[] = [];
  /** The parts of an open segment, or the whole segment as one chunk; empty if not in memory. */
  #chunks: Uint8Array[] = [];
  #durationS = 0;
  #byteLength = 0;
  #frames = 0;

  constructor({ msn, wallMs, discontinuity }: SegmentStart, init: number) {
    this.msn = msn;
    this.wallMs = wallMs;
    this.discontinuity = discontinuity;
    this.init = init;
  }

  /** Creates a segment without media. */
  static gap(start: SegmentStart & { durationS: number }, init: number): Segment {
    const segment = new Segment(start, init);
    segment.#state = 'gap';
    segment.#durationS = start.durationS;
    return segment;
  }

  get state(): SegmentState {
    return this.#state;
  }

  /** The segment's parts; none after {@link forgetParts}. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** The duration in seconds; if the segment is open, that of its parts so far. */
  get durationS(): number {
    return this.#durationS;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** The number of samples. */
  get frames(): number {
    return this.#frames;
  }

  /** The capture time of the segment's end, in milliseconds since 1970. */
  get endMs(): number {
    return this.wallMs + this.#durationS * 1_000;
  }

  get inMemory(): boolean {
    return this.#chunks.length > 0;
  }

  /** Whether the segment is finished and not a gap. */
  get hasMedia(): boolean {
    return this.#state === 'complete' || this.#state === 'stored';
  }

  /** The segment's memory use, in bytes. */
  get memoryBytes(): number {
    return this.inMemory ? this.#byteLength : 0;
  }

  add(written: WrittenPart): void {
    this.#durationS += written.durationS;
    if (this.#state === 'abandoned') return;
    this.#parts.push(partAt(this.#byteLength, written));
    this.#chunks.push(written.bytes);
    this.#byteLength += written.bytes.byteLength;
    this.#frames += written.frames;
  }

  /** Completes the segment. It becomes a gap if it has no parts or was abandoned. */
  complete(): void {
    this.#state = this.#parts.length === 0 ? 'gap' : 'complete';
    // Copy the parts, because they are often views of larger buffers, which would otherwise stay in
    // memory.
    if (this.#chunks.length > 0) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /**
   * Returns the segment's bytes, or those received so far if it is open; null if they are not in
   * memory.
   */
  bytes(): Uint8Array | null {
    const [first] = this.#chunks;
    if (first === undefined) return null;
    return this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }

  /** Returns a part's bytes, or null if they are not in memory. */
  partBytes(index: number): Uint8Array | null {
    const part = this.#parts[index];
    if (part === undefined) return null;
    if (this.#state === 'open') return this.#chunks[index] ?? null;
    return this.#chunks[0]?.subarray(part.offset, part.offset + part.byteLength) ?? null;
  }

  /** Records whether the segment's file exists. Must only be called for a segment with media. */
  setStored(stored: boolean): void {
    if (this.hasMedia) this.#state = stored ? 'stored' : 'complete';
  }

  /** Drops the bytes from memory and returns their number. */
  release(): number {
    const bytes = this.memoryBytes;
    this.#chunks = [];
    return bytes;
  }

  /**
   * Abandons an open segment that is too large for memory. Returns the number of bytes dropped.
   */
  abandon(): number {
    const bytes = this.release();
    this.#state = 'abandoned';
    this.#parts = [];
    this.#byteLength = 0;
    this.#frames = 0;
    return bytes;
  }

  /** Extends an abandoned segment to its full duration. */
  extendTo(durationS: number): void {
    this.#durationS = Math.max(this.#durationS, durationS);
  }

  /** Drops the list of parts: from now on, the segment is available only as a whole. */
  forgetParts(): void {
    this.#parts = [];
  }
}
