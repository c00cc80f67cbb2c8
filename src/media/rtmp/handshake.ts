import { RtmpError } from './rtmp-error.js';

/** The only version (RTMP 1.0, 5.2.2); RTMPE would be 6. */
const VERSION = 3;
/** The size of C1, S1, C2 and S2. */
const BLOCK_BYTES = 1_536;
/** The length of the time and the four zero bytes before a block's random bytes (5.2.3). */
const BLOCK_HEAD_BYTES = 8;

/**
 * The bytes to send, and those that follow the handshake; the latter are null until it is complete.
 */
export type HandshakeStep = Readonly<{ reply: Uint8Array; rest: Uint8Array | null }>;

/** Returns this many random bytes. */
export type RandomBytes = (bytes: number) => Uint8Array;

/**
 * One side's handshake (RTMP 1.0, 5.2), in its plain form, without digests. Each side echoes the
 * other's block.
 */
export class Handshake {
  readonly #role: 'server' | 'client';
  readonly #own: Uint8Array;
  /** Received bytes that haven't been read yet; less than two blocks. */
  #rest: Buffer = Buffer.alloc(0);
  #hasEchoed = false;

  constructor(role: 'server' | 'client', random: RandomBytes) {
    this.#role = role;
    this.#own = Buffer.concat([
      Buffer.alloc(BLOCK_HEAD_BYTES),
      random(BLOCK_BYTES - BLOCK_HEAD_BYTES),
    ]);
  }

  /** The first bytes to send: C0 and C1 for a client, none for a server. */
  start(): Uint8Array {
    return this.#role === 'client' ? this.#opening() : Buffer.alloc(0);
  }

  /**
   * Adds received bytes.
   * @throws {RtmpError} if the other side doesn't speak RTMP
   */
  push(bytes: Uint8Array): HandshakeStep {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const reply = this.#hasEchoed ? null : this.#echo();
    if (!this.#hasEchoed || this.#rest.length < BLOCK_BYTES)
      return { reply: reply ?? Buffer.alloc(0), rest: null };
    // The echo of this side's block isn't compared, because some clients don't echo it exactly.
    const rest = Buffer.from(this.#rest.subarray(BLOCK_BYTES));
    this.#rest = Buffer.alloc(0);
    return { reply: reply ?? Buffer.alloc(0), rest };
  }

  /** Answers the other side's version and first block once they are complete. */
  #echo(): Uint8Array | null {
    const version = this.#rest[0] ?? VERSION;
    if (version !== VERSION)
      throw new RtmpError('The connection doesn’t start with an RTMP handshake.');
    if (this.#rest.length < 1 + BLOCK_BYTES) return null;
    const echo = Buffer.from(this.#rest.subarray(1, 1 + BLOCK_BYTES));
    this.#rest = this.#rest.subarray(1 + BLOCK_BYTES);
    this.#hasEchoed = true;
    return this.#role === 'server' ? Buffer.concat([this.#opening(), echo]) : echo;
  }

  #opening(): Uint8Array {
    return Buffer.concat([Uint8Array.of(VERSION), this.#own]);
  }
}
