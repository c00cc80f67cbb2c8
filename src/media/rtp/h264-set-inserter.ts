import { NAL } from '../codecs/h264-nal.js';
import type { H264SetStore } from './h264-set-store.js';
import { H264SetWatch } from './h264-set-watch.js';
import { isLoss, type Ordered, ReorderBuffer } from './reorder-buffer.js';
import { type ArrivedPacket, parseRtpPacket } from './rtp-packet.js';

/** How long to wait for missing packets. Retransmissions arrive within one or two round trips. */
const REORDER_MS = 200;
const REORDER_PACKETS = 1_024;
/** The maximum payload size of packets with sets. */
const MAX_PAYLOAD_BYTES = 1_150;
const FIXED_HEADER_BYTES = 12;
const SEQUENCE_OFFSET = 2;

type WholePacket = ArrivedPacket & Readonly<{ bytes: Uint8Array }>;

/**
 * Passes on one H.264 stream, inserting the parameter sets before each IDR picture that lacks them
 * (RFC 6184 8.4). Packets are put in order and renumbered to make room for the sets. Gaps from lost
 * packets remain.
 */
export class H264SetInserter {
  readonly #reorder = new ReorderBuffer<WholePacket>({
    maxWaitMs: REORDER_MS,
    maxPackets: REORDER_PACKETS,
  });
  readonly #watch: H264SetWatch;
  /** The number of inserted packets. */
  #inserted = 0;

  /** @param store the sets that are already known */
  constructor(store: H264SetStore) {
    this.#watch = new H264SetWatch(store);
  }

  /** Adds an arriving packet; returns rewritten copies of the packets that are ready. */
  push(bytes: Uint8Array, arrivedMs: number): Buffer[] {
    const packet = parseRtpPacket(bytes);
    return packet ? this.#pass(this.#reorder.push({ ...packet, arrivedMs, bytes })) : [];
  }

  /** Stops waiting for packets that timed out. Must be called a few times a second. */
  expire(nowMs: number): Buffer[] {
    return this.#pass(this.#reorder.expire(nowMs));
  }

  #pass(items: readonly Ordered<WholePacket>[]): Buffer[] {
    return items.flatMap((item) => {
      if (isLoss(item)) return [];
      const before = payloadsOf(this.#watch.push(item) ?? []).map((payload) =>
        this.#insert(item, payload),
      );
      return [...before, this.#renumbered(item)];
    });
  }

  #insert({ bytes, payloadType }: WholePacket, payload: Uint8Array): Buffer {
    const packet = Buffer.concat([bytes.subarray(0, FIXED_HEADER_BYTES), payload]);
    packet[0] = 0x80; // Version 2, no extension.
    packet[1] = payloadType; // No marker: the frame continues.
    this.#number(packet);
    this.#inserted += 1;
    return packet;
  }

  #renumbered({ bytes }: WholePacket): Buffer {
    const packet = Buffer.from(bytes);
    this.#number(packet);
    return packet;
  }

  #number(packet: Buffer): void {
    const sequenceNumber = packet.readUInt16BE(SEQUENCE_OFFSET) + this.#inserted;
    packet.writeUInt16BE(sequenceNumber & 0xffff, SEQUENCE_OFFSET);
  }
}

/** Returns STAP-A payloads (RFC 6184 5.7.1), each with as many sets as fit. */
function payloadsOf(sets: readonly Uint8Array[]): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  let payload = Uint8Array.of(0x60 | NAL.stapA);
  for (const set of sets) {
    if (payload.length > 1 && payload.length + 2 + set.length > MAX_PAYLOAD_BYTES) {
      payloads.push(payload);
      payload = Uint8Array.of(0x60 | NAL.stapA);
    }
    payload = Uint8Array.from([...payload, set.length >> 8, set.length & 0xff, ...set]);
  }
  return payload.length > 1 ? [...payloads, payload] : payloads;
}
