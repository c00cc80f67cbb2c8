import type { TsPacket } from './ts-packet.js';

const HEAD_BYTES = 6;
const OPTIONAL_HEAD_BYTES = 9;
const TIME_BYTES = 5;

/** A packetized elementary stream packet: usually one picture, or several frames of sound. */
export type PesPacket = Readonly<{
  /** Presentation and decode time, in ticks of 90 kHz, modulo 2^33; null if it has none. */
  pts: number | null;
  dts: number | null;
  data: Uint8Array;
  /** Whether something was lost since the previous packet. */
  afterLoss: boolean;
}>;

/** Assembles the PES packets of one PID (ISO/IEC 13818-1 2.4.3.6). */
export class PesReader {
  readonly #maxBytes: number;
  #parts: Uint8Array[] | null = null;
  #bytes = 0;
  /** The length that the packet declares, with its head; Infinity if it ends where the next begins. */
  #declared = Infinity;
  #counter: number | null = null;
  #lost = false;

  /** @param maxBytes the size beyond which a packet is dropped */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds the PID's next packet and returns the PES packets that it completes: up to two. */
  push({ payload, starts, counter, discontinuous }: TsPacket): PesPacket[] {
    const previous = this.#counter;
    this.#counter = counter;
    // A packet may be sent twice.
    if (counter === previous && !discontinuous) return [];
    const follows = previous === null || counter === ((previous + 1) & 0x0f);
    if (!follows && !discontinuous) this.#drop();
    const done = starts ? this.#end() : [];
    if (starts) this.#begin();
    this.#add(payload);
    return this.#bytes >= this.#declared ? [...done, ...this.#end()] : done;
  }

  #begin(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#declared = Infinity;
  }

  #add(payload: Uint8Array): void {
    if (this.#parts === null) return;
    this.#parts.push(payload);
    this.#bytes += payload.length;
    if (this.#parts.length === 1) this.#declared = declaredBytes(payload);
    if (this.#bytes > this.#maxBytes) this.#drop();
  }

  /** Forgets the incomplete packet. */
  #drop(): void {
    this.#parts = null;
    this.#lost = true;
  }

  #end(): PesPacket[] {
    const parts = this.#parts;
    this.#parts = null;
    if (parts === null) return [];
    const isWhole = this.#declared === Infinity || this.#bytes >= this.#declared;
    const read = isWhole
      ? readPes(Buffer.concat(parts, Math.min(this.#bytes, this.#declared)))
      : null;
    const afterLoss = this.#lost;
    this.#lost = read === null;
    return read ? [{ ...read, afterLoss }] : [];
  }
}

function declaredBytes(payload: Uint8Array): number {
  const length = ((payload[4] ?? 0) << 8) | (payload[5] ?? 0);
  return length === 0 ? Infinity : HEAD_BYTES + length;
}

function readPes(bytes: Buffer): Omit<PesPacket, 'afterLoss'> | null {
  if (bytes.length < OPTIONAL_HEAD_BYTES || bytes.readUIntBE(0, 3) !== 1) return null;
  // Padding and other streams without times don't have this head.
  if ((bytes.readUInt8(6) & 0xc0) !== 0x80) return null;
  const begin = OPTIONAL_HEAD_BYTES + bytes.readUInt8(8);
  if (begin > bytes.length) return null;
  const flags = bytes.readUInt8(7) >> 6;
  const timesEnd = OPTIONAL_HEAD_BYTES + (flags === 3 ? 2 : 1) * TIME_BYTES;
  const pts = flags >= 2 && timesEnd <= begin ? readTime(bytes, OPTIONAL_HEAD_BYTES) : null;
  const dts = flags === 3 && pts !== null ? readTime(bytes, timesEnd - TIME_BYTES) : pts;
  return { pts, dts, data: bytes.subarray(begin) };
}

/** 33 bits in three groups, each of which a marker bit follows. */
const readTime = (bytes: Buffer, at: number): number =>
  ((bytes.readUInt8(at) >> 1) & 0x07) * 2 ** 30 +
  (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 +
  (bytes.readUInt16BE(at + 3) >> 1);
