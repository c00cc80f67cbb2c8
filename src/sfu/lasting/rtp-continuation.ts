import { randomInt } from 'node:crypto';
import type { StreamMoment } from './stream-clocks.js';

/** Offsets in an RTP header (RFC 3550 5.1). */
const SEQUENCE_OFFSET = 2;
const TIME_OFFSET = 4;
const SSRC_OFFSET = 8;
const HEADER_BYTES = 12;
/** Sequence numbers wrap, so a number that is ahead by at least this much counts as older. */
const HALF_CYCLE = 0x8000;
/**
 * During this number of packets after a change of source, packets older than the new source's first
 * one are dropped, because the previous source has already used their sequence numbers.
 */
const BEGINNING_PACKETS = 1_000;
/**
 * If others sent the stream before, its timestamps are known only roughly. This much time, in ms,
 * is added to the first packet's timestamp, so that timestamps don't go backwards.
 */
const MARGIN_MS = 100;
/** The number of padding bytes in a filler packet. */
const FILLER_PADDING = 4;

type Sent = { sequence: number; rtpTime: number; atMs: number };

/**
 * Joins successive sources into one RTP stream with a single SSRC and continuous sequence numbers
 * and timestamps.
 */
export class RtpContinuation {
  readonly ssrc: number;
  readonly #clockRate: number;
  #sequenceShift = 0;
  #timeShift = 0;
  #newest: Sent | null = null;
  #first = 0;
  #hasSent = false;
  /** The number of packets since the source's first packet; null before that packet. */
  #packets: number | null = null;

  /**
   * @param before the last known moment of the stream, if others have sent it so far. Its sequence
   *   numbers are not continued.
   */
  constructor(ssrc: number, clockRate: number, before: StreamMoment | null) {
    this.ssrc = ssrc;
    this.#clockRate = clockRate;
    if (before)
      this.#newest = {
        sequence: randomInt(0x1_0000),
        rtpTime: before.rtpTime + (MARGIN_MS * clockRate) / 1_000,
        atMs: before.atMs,
      };
  }

  /** Whether the first packet has passed. */
  get hasSent(): boolean {
    return this.#hasSent;
  }

  /** Starts to continue the stream with another source. */
  begin(): void {
    this.#packets = null;
  }

  /**
   * Returns a copy of the source's packet, rewritten to be the next packet of the stream; null if
   * the packet is too short, or older than the source's first one.
   */
  packet(bytes: Uint8Array, arrivedMs: number): Buffer | null {
    if (bytes.length < HEADER_BYTES) return null;
    const packet = Buffer.from(bytes);
    const sequence = packet.readUInt16BE(SEQUENCE_OFFSET);
    const rtpTime = packet.readUInt32BE(TIME_OFFSET);
    if (this.#packets === null) this.#continueWith(sequence, rtpTime, arrivedMs);
    const sent = {
      sequence: (sequence + this.#sequenceShift) & 0xffff,
      rtpTime: (rtpTime + this.#timeShift) >>> 0,
      atMs: arrivedMs,
    };
    this.#packets = (this.#packets ?? 0) + 1;
    const isOfBefore = isOlder(sent.sequence, this.#first);
    if (this.#packets < BEGINNING_PACKETS && isOfBefore) return null;
    if (!this.#newest || !isOlder(sent.sequence, this.#newest.sequence)) this.#newest = sent;
    packet.writeUInt16BE(sent.sequence, SEQUENCE_OFFSET);
    packet.writeUInt32BE(sent.rtpTime, TIME_OFFSET);
    packet.writeUInt32BE(this.ssrc, SSRC_OFFSET);
    this.#hasSent = true;
    return packet;
  }

  /**
   * Converts an RTP time of the source to the stream's RTP time; null before the source's first
   * packet.
   */
  rtpTimeOf(rtpTime: number): number | null {
    return this.#packets === null ? null : (rtpTime + this.#timeShift) >>> 0;
  }

  #continueWith(sequence: number, rtpTime: number, arrivedMs: number): void {
    const before = this.#newest;
    if (before) {
      const elapsedMs = Math.max(0, arrivedMs - before.atMs);
      const ticks = Math.max(1, Math.round((elapsedMs * this.#clockRate) / 1_000));
      this.#sequenceShift = before.sequence + 1 - sequence;
      this.#timeShift = before.rtpTime + ticks - rtpTime;
    }
    this.#first = (sequence + this.#sequenceShift) & 0xffff;
    this.#packets = 0;
  }
}

/**
 * Returns a packet without payload that precedes the given one. A receiver that drops the first
 * packet after a jump of sequence numbers (RFC 3550 A.1) drops this one.
 */
export function fillerBefore(packet: Buffer): Buffer {
  const filler = Buffer.alloc(HEADER_BYTES + FILLER_PADDING);
  packet.copy(filler, 0, 0, HEADER_BYTES);
  // Version 2 with padding; no extension, contributing sources or marker (RFC 3550 5.1).
  filler.writeUInt8(0xa0, 0);
  filler.writeUInt8(packet.readUInt8(1) & 0x7f, 1);
  filler.writeUInt16BE((packet.readUInt16BE(SEQUENCE_OFFSET) - 1) & 0xffff, SEQUENCE_OFFSET);
  filler.writeUInt8(FILLER_PADDING, filler.length - 1);
  return filler;
}

function isOlder(sequence: number, other: number): boolean {
  return ((sequence - other) & 0xffff) >= HALF_CYCLE;
}
