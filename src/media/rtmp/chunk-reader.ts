import { DEFAULT_CHUNK_SIZE, EXTENDED_TIME, MESSAGE_HEADER_BYTES } from './chunk-header.js';
import { RtmpError } from './rtmp-error.js';
import { MESSAGE, type RtmpMessage } from './rtmp-message.js';

/** Encoders use up to six chunk streams. */
const CHUNK_STREAMS_MAX = 32;
const TIME_CYCLE = 2 ** 32;

type Header = Readonly<{
  /** The time field: an absolute time for format 0, a difference otherwise. */
  time: number;
  isExtended: boolean;
  length: number;
  type: number;
  streamId: number;
}>;

/** The state of one chunk stream. */
type ChunkStream = { header: Header; timeMs: number; pending: Pending | null };
/** A message that has arrived in part. */
type Pending = { payload: Buffer; filled: number };

type ReadHeader = Readonly<{ bytes: number; id: number; format: number; header: Header | null }>;

/**
 * Joins the chunks from one side of an RTMP connection into messages (RTMP 1.0, 5.3). Applies the
 * sender's chunk size and aborts. Retains at most `messageMax` bytes of incomplete messages.
 */
export class ChunkReader {
  /**
   * The maximum size of a message, and of all incomplete messages together, in bytes. Can be
   * changed at any time.
   */
  messageMax: number;
  readonly #streams = new Map<number, ChunkStream>();
  #chunkSize = DEFAULT_CHUNK_SIZE;
  /** The start of an incomplete header; at most 17 bytes. */
  #rest: Buffer = Buffer.alloc(0);
  /** The stream whose chunk is being read, and how many bytes of the chunk are missing. */
  #current: { stream: ChunkStream; missing: number } | null = null;

  constructor(messageMax: number) {
    this.messageMax = messageMax;
  }

  /**
   * Adds received bytes and returns the messages that are now complete, in order.
   * @throws {RtmpError} for malformed chunks, and beyond a limit
   */
  push(bytes: Uint8Array): RtmpMessage[] {
    const messages: RtmpMessage[] = [];
    let input = this.#rest.length === 0 ? asBuffer(bytes) : Buffer.concat([this.#rest, bytes]);
    this.#rest = Buffer.alloc(0);
    while (input.length > 0) {
      if (this.#current === null) {
        const read = this.#readHeader(input);
        if (read === null) {
          // Copy the bytes, so that the received block can be freed.
          this.#rest = Buffer.from(input);
          break;
        }
        input = input.subarray(read.bytes);
        this.#startChunk(read);
      }
      input = this.#fill(input, messages);
    }
    return messages;
  }

  /** Copies the current chunk's payload. Returns the remaining input. */
  #fill(input: Buffer, messages: RtmpMessage[]): Buffer {
    const current = this.#current;
    const pending = current?.stream.pending;
    if (!current || !pending) return input;
    const taken = input.subarray(0, current.missing);
    taken.copy(pending.payload, pending.filled);
    pending.filled += taken.length;
    current.missing -= taken.length;
    if (current.missing > 0) return input.subarray(taken.length);
    this.#current = null;
    if (pending.filled === pending.payload.length)
      this.#complete(current.stream, pending, messages);
    return input.subarray(taken.length);
  }

  #complete(stream: ChunkStream, { payload }: Pending, messages: RtmpMessage[]): void {
    stream.pending = null;
    const { type, streamId } = stream.header;
    if (type === MESSAGE.setChunkSize) this.#setChunkSize(payload);
    else if (type === MESSAGE.abort) this.#abort(payload);
    else messages.push({ type, streamId, timeMs: stream.timeMs, payload });
  }

  /** RTMP 1.0, 5.4.1: the first bit is zero. A message is shorter than 2^24 bytes. */
  #setChunkSize(payload: Buffer): void {
    const size = payload.length < 4 ? 0 : payload.readUInt32BE(0);
    if (size === 0 || size > 0x7fff_ffff) throw new RtmpError('The chunk size is invalid.');
    this.#chunkSize = size;
  }

  #abort(payload: Buffer): void {
    const stream = payload.length < 4 ? undefined : this.#streams.get(payload.readUInt32BE(0));
    if (stream) stream.pending = null;
  }

  #startChunk({ id, format, header }: ReadHeader): void {
    const stream = this.#streamOf(id, header);
    if (stream.pending === null) this.#startMessage(stream, format, header);
    else if (header !== null)
      throw new RtmpError('A message started before the previous one in its stream was complete.');
    const { pending } = stream;
    const left = pending === null ? 0 : pending.payload.length - pending.filled;
    this.#current = { stream, missing: Math.min(left, this.#chunkSize) };
  }

  #streamOf(id: number, header: Header | null): ChunkStream {
    const known = this.#streams.get(id);
    if (known) return known;
    if (header === null) throw new RtmpError('A chunk stream started without a header.');
    if (this.#streams.size >= CHUNK_STREAMS_MAX)
      throw new RtmpError(`More than ${CHUNK_STREAMS_MAX} chunk streams are open.`);
    const stream = { header, timeMs: 0, pending: null };
    this.#streams.set(id, stream);
    return stream;
  }

  #startMessage(stream: ChunkStream, format: number, header: Header | null): void {
    if (header !== null) stream.header = header;
    const { time, length } = stream.header;
    // RTMP 1.0, 5.3.1.2.4: a chunk of format 3 that starts a message repeats the time field, even
    // if that was the absolute time of format 0.
    stream.timeMs = format === 0 ? time : (stream.timeMs + time) % TIME_CYCLE;
    let incomplete = length;
    for (const { pending } of this.#streams.values()) incomplete += pending?.payload.length ?? 0;
    if (incomplete > this.messageMax)
      throw new RtmpError(`A message is too large (at most ${this.messageMax} bytes).`);
    stream.pending = { payload: Buffer.alloc(length), filled: 0 };
  }

  /** Reads a chunk's header; returns null if it is incomplete. */
  #readHeader(input: Buffer): ReadHeader | null {
    const first = input[0] ?? 0;
    const format = first >> 6;
    const idBytes = [2, 3][first & 0x3f] ?? 1;
    if (input.length < idBytes + (MESSAGE_HEADER_BYTES[format] ?? 0)) return null;
    const id = chunkStreamId(input, idBytes);
    const known = this.#streams.get(id);
    if (format === 3) return readContinuation(input, { idBytes, id, known });
    if (format !== 0 && !known) throw new RtmpError('A chunk stream started without a timestamp.');
    return readFull(input, { idBytes, id, format, before: known?.header ?? null });
  }
}

/**
 * RTMP 1.0, 5.3.1.1: ids from 2 to 63 take one byte. Higher ids take two or three, the second of
 * which is the least significant.
 */
function chunkStreamId(input: Buffer, idBytes: number): number {
  if (idBytes === 1) return (input[0] ?? 0) & 0x3f;
  return 64 + (input[1] ?? 0) + (idBytes === 3 ? (input[2] ?? 0) * 256 : 0);
}

/**
 * Reads a chunk without a message header. After an extended timestamp, most senders repeat it in
 * such chunks, but some don't. Therefore, the next four bytes count as a timestamp if they equal
 * the previous one.
 */
function readContinuation(
  input: Buffer,
  { idBytes, id, known }: { idBytes: number; id: number; known: ChunkStream | undefined },
): ReadHeader | null {
  const plain = { bytes: idBytes, id, format: 3, header: null };
  if (!known?.header.isExtended) return plain;
  for (let place = 0; place < 4; place += 1) {
    const byte = input[idBytes + place];
    if (byte === undefined) return null;
    if (byte !== ((known.header.time >>> (24 - 8 * place)) & 0xff)) return plain;
  }
  return { ...plain, bytes: idBytes + 4 };
}

function readFull(
  input: Buffer,
  {
    idBytes,
    id,
    format,
    before,
  }: { idBytes: number; id: number; format: number; before: Header | null },
): ReadHeader | null {
  let bytes = idBytes + (MESSAGE_HEADER_BYTES[format] ?? 0);
  let time = input.readUIntBE(idBytes, 3);
  const isExtended = time === EXTENDED_TIME;
  if (isExtended) {
    if (input.length < bytes + 4) return null;
    time = input.readUInt32BE(bytes);
    bytes += 4;
  }
  const hasSize = format < 2;
  const length = hasSize ? input.readUIntBE(idBytes + 3, 3) : (before?.length ?? 0);
  const type = hasSize ? input.readUInt8(idBytes + 6) : (before?.type ?? 0);
  const streamId = format === 0 ? input.readUInt32LE(idBytes + 7) : (before?.streamId ?? 0);
  return { bytes, id, format, header: { time, isExtended, length, type, streamId } };
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
