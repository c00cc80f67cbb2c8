import { type Part, partAt } from './part.js';
import type { SegmentStart, WrittenPart } from '../timeline/rendition-writer.js';

/**
 * `open`: parts come; `complete`: all there; `gap`: it has no media (RFC 8216bis 4.4.4.7). Only `open`
 * changes into another.
 */
export type SegmentState = 'open' | 'complete' | 'gap';

/** One segment of a rendition: its bytes while they are in memory, and what is to be told of it. */
export class Segment {
  readonly msn: number;
  /** When what it begins with was captured, milliseconds since 1970. */
  readonly wallMs: number;
  readonly discontinuity: boolean;
  /** The number of its initialization section. */
  readonly init: number;
  #state: SegmentState = 'open';
  #parts: Part[] = [];
  /** The parts of an open segment, or one with the whole segment; none: not in memory. */
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

  /** One without media. */
  static gap(start: SegmentStart & { durationS: number }, init: number): Segment {
    const segment = new Segment(start, init);
    segment.#state = 'gap';
    segment.#durationS = start.durationS;
    return segment;
  }

  get state(): SegmentState {
    return this.#state;
  }

  /** Its parts, while they can be asked for: see {@link forgetParts}. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** So far, while it is open. */
  get durationS(): number {
    return this.#durationS;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Samples in it. */
  get frames(): number {
    return this.#frames;
  }

  /** When what comes after it was captured, milliseconds since 1970. */
  get endMs(): number {
    return this.wallMs + this.#durationS * 1_000;
  }

  get inMemory(): boolean {
    return this.#chunks.length > 0;
  }

  /** Its file is whole. */
  get stored(): boolean {
    return this.#stored;
  }

  /** Given up while it was growing. */
  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  /** What it takes of the memory, bytes. */
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

  /** No more parts come. Without any it is a gap. */
  complete(): void {
    this.#state = this.#parts.length === 0 ? 'gap' : 'complete';
    // Parts are often views of larger buffers, which would stay with them.
    if (this.#chunks.length > 0) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** The bytes of the whole (or so far), or null when they aren't in memory. */
  bytes(): Uint8Array | null {
    const [first] = this.#chunks;
    if (first === undefined) return null;
    return this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }

  /** The bytes of one of its parts, or null when they aren't in memory. */
  partBytes(index: number): Uint8Array | null {
    const part = this.#parts[index];
    if (part === undefined) return null;
    if (this.#state === 'open') return this.#chunks[index] ?? null;
    return this.#chunks[0]?.subarray(part.offset, part.offset + part.byteLength) ?? null;
  }

  /** Its file is there, or isn't any more. */
  setStored(stored: boolean): void {
    this.#stored = stored;
  }

  /** Drops the bytes from memory; returns how many. */
  release(): number {
    const bytes = this.memoryBytes;
    this.#chunks = [];
    return bytes;
  }

  /** Gives up a segment that is too large to be held: it will be a gap. Returns the bytes dropped. */
  abandon(): number {
    const bytes = this.release();
    this.#abandoned = true;
    this.#parts = [];
    this.#byteLength = 0;
    this.#frames = 0;
    return bytes;
  }

  /** From now on it can be had as a whole only. */
  forgetParts(): void {
    this.#parts = [];
  }
}
