import { type Part, partAt } from './part.js';
import type { SegmentStart, WrittenPart } from '../timeline/rendition-writer.js';

/**
 * `open`: growing; `complete`: all parts are there; `gap`: no media (RFC 8216bis 4.4.4.7). Only
 * `open` changes to another state.
 */
export type SegmentState = 'open' | 'complete' | 'gap';

/** One segment of a rendition: its metadata, and its bytes while they are in memory. */
export class Segment {
  readonly msn: number;
  /** The capture time of its start, milliseconds since 1970. */
  readonly wallMs: number;
  readonly discontinuity: boolean;
  /** The number of its initialization section. */
  readonly init: number;
  #state: SegmentState = 'open';
  #parts: Part[] = [];
  /** The parts of an open segment, or one chunk with the whole segment; empty if not in memory. */
  #chunks: Uint8Array[] = [];
  #durationS = 0;
  #byteLength = 0;
  #frames = 0;
  #stored = false;
  #abandoned = false;

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

  /** Its parts, while they can be requested: see {@link forgetParts}. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** The duration, so far if the segment is open. */
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

  /** The capture time of its end, milliseconds since 1970. */
  get endMs(): number {
    return this.wallMs + this.#durationS * 1_000;
  }

  get inMemory(): boolean {
    return this.#chunks.length > 0;
  }

  /** Whether its file is complete. */
  get stored(): boolean {
    return this.#stored;
  }

  /** Whether it was abandoned while open. */
  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  /** Its memory use, bytes. */
  get memoryBytes(): number {
    return this.inMemory ? this.#byteLength : 0;
  }

  add(written: WrittenPart): void {
    this.#durationS += written.durationS;
    if (this.#abandoned) return;
    this.#parts.push(partAt(this.#byteLength, written));
    this.#chunks.push(written.bytes);
    this.#byteLength += written.bytes.byteLength;
    this.#frames += written.frames;
  }

  /** Completes the segment; without parts it becomes a gap. */
  complete(): void {
    this.#state = this.#parts.length === 0 ? 'gap' : 'complete';
    // Parts are often views of larger buffers, which they would keep alive.
    if (this.#chunks.length > 0) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** Returns the bytes of the segment (so far), or null if they are not in memory. */
  bytes(): Uint8Array | null {
    const [first] = this.#chunks;
    if (first === undefined) return null;
    return this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }

  /** Returns the bytes of a part, or null if they are not in memory. */
  partBytes(index: number): Uint8Array | null {
    const part = this.#parts[index];
    if (part === undefined) return null;
    if (this.#state === 'open') return this.#chunks[index] ?? null;
    return this.#chunks[0]?.subarray(part.offset, part.offset + part.byteLength) ?? null;
  }

  /** Records whether its file exists. */
  setStored(stored: boolean): void {
    this.#stored = stored;
  }

  /** Drops the bytes from memory; returns their number. */
  release(): number {
    const bytes = this.memoryBytes;
    this.#chunks = [];
    return bytes;
  }

  /**
   * Abandons a segment that is too large for memory: it becomes a gap. Returns the number of bytes
   * dropped.
   */
  abandon(): number {
    const bytes = this.release();
    this.#abandoned = true;
    this.#parts = [];
    this.#byteLength = 0;
    this.#frames = 0;
    return bytes;
  }

  /** Makes the segment available only as a whole from now on. */
  forgetParts(): void {
    this.#parts = [];
  }
}
