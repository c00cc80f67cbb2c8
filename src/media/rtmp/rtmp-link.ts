import { ChunkReader } from './chunk-reader.js';
import { ChunkWriter } from './chunk-writer.js';
import { Handshake, type RandomBytes } from './handshake.js';
import { RtmpError } from './rtmp-error.js';
import { CONTROL_STREAM, MESSAGE, type RtmpMessage } from './rtmp-message.js';

/** The maximum message size before media is allowed: enough for commands and metadata. */
const COMMAND_MESSAGE_MAX = 64 * 1_024;
/** The window and chunk size that this side announces. FFmpeg adopts the chunk size. */
const WINDOW_BYTES = 2_500_000;
const CHUNK_SIZE = 4_096;
/** The window size of clients that don't announce one. */
const DEFAULT_WINDOW_BYTES = 2_500_000;
/** The types of user control messages (RTMP 1.0, 7.1.7). */
const PING_REQUEST = 6;
const PING_RESPONSE = 7;
const STREAM_BEGIN = 0;
const PEER_BANDWIDTH_DYNAMIC = 2;

type Options = Readonly<{
  role: 'server' | 'client';
  random: RandomBytes;
  /** Sends bytes to the other side. */
  write: (bytes: Uint8Array) => void;
}>;

/**
 * One side of an RTMP connection, without the socket: handshake, chunks, acknowledgements, and
 * responses to pings. Messages are limited to 64 KiB until {@link allowMedia}.
 */
export class RtmpLink {
  readonly #options: Options;
  readonly #handshake: Handshake;
  readonly #reader = new ChunkReader(COMMAND_MESSAGE_MAX);
  readonly #writer = new ChunkWriter();
  #isOpen = false;
  /** The number of bytes received, and the number acknowledged. */
  #received = 0;
  #acknowledged = 0;
  /** The number of bytes that the other side sends before it waits for an acknowledgement. */
  #window = DEFAULT_WINDOW_BYTES;

  constructor(options: Options) {
    this.#options = options;
    this.#handshake = new Handshake(options.role, options.random);
  }

  /** Whether the handshake is complete, so that messages can be sent. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Starts a client's handshake. */
  start(): void {
    this.#options.write(this.#handshake.start());
  }

  /**
   * Adds received bytes, and returns the commands, data and media that are now complete.
   * @throws {RtmpError} if the connection must be closed
   */
  push(bytes: Uint8Array): RtmpMessage[] {
    this.#received += bytes.length;
    const input = this.#isOpen ? bytes : this.#shakeHands(bytes);
    if (input === null) return [];
    const messages = this.#reader.push(input).filter((message) => !this.#isControl(message));
    this.#acknowledge();
    return messages;
  }

  /**
   * Announces this side's window and chunk size. Must be called once, before other messages are
   * sent.
   */
  announce(): void {
    this.#send(MESSAGE.windowSize, u32(WINDOW_BYTES));
    if (this.#options.role === 'server')
      this.#send(
        MESSAGE.peerBandwidth,
        Buffer.concat([u32(WINDOW_BYTES), Uint8Array.of(PEER_BANDWIDTH_DYNAMIC)]),
      );
    this.#options.write(this.#writer.setChunkSize(CHUNK_SIZE));
  }

  /** Sets the maximum size, in bytes, of one message, and of all incomplete messages together. */
  allowMedia(messageMax: number): void {
    this.#reader.messageMax = messageMax;
  }

  send(message: RtmpMessage): void {
    this.#options.write(this.#writer.write(message));
  }

  /** Reports to the client that the stream exists (RTMP 1.0, 7.1.7). */
  streamBegins(streamId: number): void {
    this.#sendUserControl(STREAM_BEGIN, u32(streamId));
  }

  /** Returns the bytes after the handshake; null until it is complete. */
  #shakeHands(bytes: Uint8Array): Uint8Array | null {
    const { reply, rest } = this.#handshake.push(bytes);
    if (reply.length > 0) this.#options.write(reply);
    this.#isOpen = rest !== null;
    return rest;
  }

  /** Handles a control message between the two sides; returns false for all other messages. */
  #isControl({ type, payload }: RtmpMessage): boolean {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    switch (type) {
      case MESSAGE.windowSize:
        if (bytes.length < 4 || bytes.readUInt32BE() === 0)
          throw new RtmpError('The window size is invalid.');
        this.#window = bytes.readUInt32BE();
        return true;
      case MESSAGE.userControl:
        if (bytes.length >= 6 && bytes.readUInt16BE() === PING_REQUEST)
          this.#sendUserControl(PING_RESPONSE, bytes.subarray(2, 6));
        return true;
      case MESSAGE.acknowledgement:
      case MESSAGE.peerBandwidth:
        return true;
      default:
        return false;
    }
  }

  /**
   * Acknowledges received bytes (RTMP 1.0, 5.4.3) after half a window, so that the other side never
   * has to wait.
   */
  #acknowledge(): void {
    if (this.#received - this.#acknowledged < this.#window / 2) return;
    this.#acknowledged = this.#received;
    this.#send(MESSAGE.acknowledgement, u32(this.#received % 2 ** 32));
  }

  #sendUserControl(event: number, data: Uint8Array): void {
    this.#send(MESSAGE.userControl, Buffer.concat([Uint8Array.of(0, event), data]));
  }

  #send(type: number, payload: Uint8Array): void {
    this.send({ type, streamId: CONTROL_STREAM, timeMs: 0, payload });
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
