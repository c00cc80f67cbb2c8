import {
  CONTROL_CHUNK_STREAM,
  DEFAULT_CHUNK_SIZE,
  EXTENDED_TIME,
  MESSAGE_HEADER_BYTES,
} from './chunk-header.js';
import { MESSAGE, type RtmpMessage } from './rtmp-message.js';

const TIME_CYCLE = 2 ** 32;
const COMMAND_CHUNK_STREAM = 3;
const AUDIO_CHUNK_STREAM = 4;
const DATA_CHUNK_STREAM = 5;
const VIDEO_CHUNK_STREAM = 6;

type Sent = Readonly<{
  timeMs: number;
  /** The time field of the last header; null after an absolute time. */
  difference: number | null;
  length: number;
  type: number;
  streamId: number;
}>;

/**
 * Splits one side's messages into chunks (RTMP 1.0, 5.3). Each kind of message has its own chunk
 * stream.
 */
export class ChunkWriter {
  readonly #sent = new Map<number, Sent>();
  #chunkSize = DEFAULT_CHUNK_SIZE;

  /** Returns the message as bytes to send. */
  write(message: RtmpMessage): Buffer {
    const { payload } = message;
    const id = chunkStreamOf(message.type);
    const { header, continuation } = this.#headers(id, message);
    const parts: Uint8Array[] = [header, payload.subarray(0, this.#chunkSize)];
    for (let at = this.#chunkSize; at < payload.length; at += this.#chunkSize)
      parts.push(continuation, payload.subarray(at, at + this.#chunkSize));
    return Buffer.concat(parts);
  }

  /**
   * Sets the chunk size for the messages that follow, and returns the message that announces it.
   * @param size 1 to 0xffffff
   */
  setChunkSize(size: number): Buffer {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(size);
    const bytes = this.write({ type: MESSAGE.setChunkSize, streamId: 0, timeMs: 0, payload });
    this.#chunkSize = size;
    return bytes;
  }

  #headers(id: number, message: RtmpMessage): { header: Buffer; continuation: Buffer } {
    const { type, streamId, timeMs } = message;
    const { length } = message.payload;
    const before = this.#sent.get(id);
    const difference = before ? (timeMs - before.timeMs + TIME_CYCLE) % TIME_CYCLE : 0;
    const format = formatFor(message, before, difference);
    const time = format === 0 ? timeMs : difference;
    this.#sent.set(id, {
      timeMs,
      difference: format === 0 ? null : difference,
      length,
      type,
      streamId,
    });
    const header = Buffer.alloc(1 + (MESSAGE_HEADER_BYTES[format] ?? 0));
    header.writeUInt8((format << 6) | id);
    if (format < 3) header.writeUIntBE(Math.min(time, EXTENDED_TIME), 1, 3);
    if (format < 2) {
      header.writeUIntBE(length, 4, 3);
      header.writeUInt8(type, 7);
    }
    if (format === 0) header.writeUInt32LE(streamId, 8);
    return {
      header: withExtendedTime(header, time),
      // Repeat the extended timestamp in every chunk, as other senders do.
      continuation: withExtendedTime(Buffer.from([0xc0 | id]), time),
    };
  }
}

/** Returns the shortest format that describes the message (RTMP 1.0, 5.3.1.2). */
function formatFor(
  { type, streamId, payload }: RtmpMessage,
  before: Sent | undefined,
  difference: number,
): number {
  // An absolute time is needed when times go back.
  if (!before || before.streamId !== streamId || difference >= TIME_CYCLE / 2) return 0;
  if (before.type !== type || before.length !== payload.length) return 1;
  // Receivers interpret format 3 differently after an absolute time.
  return before.difference === difference ? 3 : 2;
}

function withExtendedTime(header: Buffer, time: number): Buffer {
  if (time < EXTENDED_TIME) return header;
  const extended = Buffer.alloc(4);
  extended.writeUInt32BE(time);
  return Buffer.concat([header, extended]);
}

function chunkStreamOf(type: number): number {
  if (type === MESSAGE.audio) return AUDIO_CHUNK_STREAM;
  if (type === MESSAGE.video) return VIDEO_CHUNK_STREAM;
  if (type === MESSAGE.data) return DATA_CHUNK_STREAM;
  return type < MESSAGE.audio ? CONTROL_CHUNK_STREAM : COMMAND_CHUNK_STREAM;
}
