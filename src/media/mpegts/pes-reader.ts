import { equalBytes } from '../codecs/equal-bytes.js';
import type { TsPacket } from './ts-packet.js';

const HEAD_BYTES = 6;
const OPTIONAL_HEAD_BYTES = 9;
const TIME_BYTES = 5;
/** The first size of the buffer, which doubles. */
const ROOM_BYTES = 16_384;

/** A packetized elementary stream packet: usually one video frame, or several audio frames. */
export type PesPacket = Readonly<{
  /**
   * Presentation and decode time, in 90 kHz ticks, modulo 2^33; null if the packet has no times.
   */
  pts: number | null;
  dts: number | null;
  data: Uint8Array;
  /** Whether data was lost since the previous packet. */
  afterLoss: boolean;
}>;

/**
 * Assembles the PES packets of one PID (ISO/IEC 13818-1 2.4.3.6). Incomplete packets are copied,
 * because views would retain all of the received bytes around them.
 */
export class PesReader {
  readonly #maxBytes: number;
  /** Large enough for the incomplete packet, and reused for the next. */
  #room = Buffer.alloc(0);
  #bytes = 0;
  /** Whether a packet has begun and isn't complete. */
  #isOpen = false;
  /** The length that the packet declares, with its head; Infinity if it ends where the next begins. */
  #declared = Infinity;
  #counter: number | null = null;
  /** The latest payload, to recognize one that is sent twice. */
  #latest = new Uint8Array();
  #lost = false;

  /** @param maxBytes the size beyond which a packet is dropped */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds the PID's next packet and returns the PES packets that it completes, at most two. */
  push({ payload, starts, counter, discontinuous }: TsPacket): PesPacket[] {
    const previous = this.#counter;
    // A packet may be sent twice. Another one with the same counter follows a loss of 15.
    const isSame = counter === previous && equalBytes(payload, this.#latest);
    if (isSame && !discontinuous) return [];
    this.#counter = counter;
    this.#latest = Uint8Array.from(payload);
    const follows = previous === null || counter === ((previous + 1) & 0x0f);
    if (!follows && !discontinuous) this.#drop();
    const done = starts ? this.#end() : [];
    if (starts) this.#begin();
    this.#add(payload);
    return this.#bytes >= this.#declared ? [...done, ...this.#end()] : done;
  }

  #begin(): void {
    this.#isOpen = true;
    this.#bytes = 0;
    this.#declared = Infinity;
  }

  #add(payload: Uint8Array): void {
    if (!this.#isOpen) return;
    const bytes = this.#bytes + payload.length;
    if (bytes > this.#maxBytes) return this.#drop();
    this.#reserve(bytes);
    this.#room.set(payload, this.#bytes);
    if (this.#bytes < HEAD_BYTES && bytes >= HEAD_BYTES) this.#declared = declaredBytes(this.#room);
    this.#bytes = bytes;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#room.length) return;
    const larger = Math.min(Math.max(2 * this.#room.length, ROOM_BYTES), this.#maxBytes);
    const room = Buffer.alloc(Math.max(larger, bytes));
    room.set(this.#room.subarray(0, this.#bytes));
    this.#room = room;
  }

  /** Discards the incomplete packet. */
  #drop(): void {
    this.#isOpen = false;
    this.#lost = true;
  }

  #end(): PesPacket[] {
    if (!this.#isOpen) return [];
    this.#isOpen = false;
    const isWhole = this.#declared === Infinity || this.#bytes >= this.#declared;
    const end = Math.min(this.#bytes, this.#declared);
    const read = isWhole ? readPes(Buffer.from(this.#room.subarray(0, end))) : null;
    const afterLoss = this.#lost;
    this.#lost = read === null;
    return read ? [{ ...read, afterLoss }] : [];
  }
}

function declaredBytes(packet: Buffer): number {
  const length = packet.readUInt16BE(4);
  return length === 0 ? Infinity : HEAD_BYTES + length;
}

function readPes(bytes: Buffer): Omit<PesPacket, 'afterLoss'> | null {
  if (bytes.length < OPTIONAL_HEAD_BYTES || bytes.readUIntBE(0, 3) !== 1) return null;
  // Padding and other streams without times don't have this header.
  if ((bytes.readUInt8(6) & 0xc0) !== 0x80) return null;
  const begin = OPTIONAL_HEAD_BYTES + bytes.readUInt8(8);
  if (begin > bytes.length) return null;
  const flags = bytes.readUInt8(7) >> 6;
  const timesEnd = OPTIONAL_HEAD_BYTES + (flags === 3 ? 2 : 1) * TIME_BYTES;
  const pts = flags >= 2 && timesEnd <= begin ? readTime(bytes, OPTIONAL_HEAD_BYTES) : null;
  const dts = flags === 3 && pts !== null ? readTime(bytes, timesEnd - TIME_BYTES) : pts;
  return { pts, dts, data: bytes.subarray(begin) };
}

/** Reads 33 bits in three groups, each followed by a marker bit. */
const readTime = (bytes: Buffer, at: number): number =>
  ((bytes.readUInt8(at) >> 1) & 0x07) * 2 ** 30 +
  (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 +
  (bytes.readUInt16BE(at + 3) >> 1);
