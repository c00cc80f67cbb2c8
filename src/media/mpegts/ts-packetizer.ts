import { SYNC_BYTE, TS_PACKET_BYTES } from './ts-packet.js';

const HEADER_BYTES = 4;
const BODY_BYTES = TS_PACKET_BYTES - HEADER_BYTES;
const STARTS = 0x4000;
const HAS_ADAPTATION = 0x20;
const HAS_PAYLOAD = 0x10;
const RANDOM_ACCESS = 0x40;
const HAS_PCR = 0x10;
const STUFFING = 0xff;

/** The fields that the first packet of a unit declares. */
export type UnitStart = Readonly<{
  /** The program clock reference, in 90 kHz ticks; null for none. */
  pcr: number | null;
  /** Whether decoding can start here. */
  isRandomAccess: boolean;
}>;

const PLAIN: UnitStart = { pcr: null, isRandomAccess: false };

/** Divides PES packets and sections into transport stream packets (ISO/IEC 13818-1 2.4.3). */
export class TsPacketizer {
  /** The continuity counter of each PID's latest packet with payload. */
  readonly #counters = new Map<number, number>();

  /** Writes a PES packet, or a section preceded by its pointer field. */
  write(pid: number, unit: Uint8Array, start = PLAIN): Buffer[] {
    const packets: Buffer[] = [];
    for (let at = 0; at < unit.length;) {
      const fields = at === 0 ? adaptationFields(start) : Buffer.alloc(0);
      const room = BODY_BYTES - (fields.length === 0 ? 0 : 1 + fields.length);
      const payload = unit.subarray(at, at + room);
      packets.push(this.#packet({ pid, starts: at === 0, fields, payload }));
      at += payload.length;
    }
    return packets;
  }

  /** Writes a packet that contains only a program clock reference, in 90 kHz ticks. */
  clock(pid: number, pcr: number): Buffer {
    const fields = adaptationFields({ pcr, isRandomAccess: false });
    return this.#packet({ pid, starts: false, fields, payload: new Uint8Array() });
  }

  #packet({ pid, starts, fields, payload }: PacketParts): Buffer {
    const packet = Buffer.alloc(TS_PACKET_BYTES, STUFFING);
    const hasPayload = payload.length > 0;
    const adaptationBytes = BODY_BYTES - payload.length;
    packet.writeUInt8(SYNC_BYTE);
    packet.writeUInt16BE((starts ? STARTS : 0) | pid, 1);
    packet.writeUInt8(
      (adaptationBytes > 0 ? HAS_ADAPTATION : 0) |
        (hasPayload ? HAS_PAYLOAD : 0) |
        this.#counter(pid, hasPayload),
      3,
    );
    if (adaptationBytes > 0) packet.writeUInt8(adaptationBytes - 1, HEADER_BYTES);
    // Without fields, the flags are 0.
    if (adaptationBytes > 1) packet.writeUInt8(0, HEADER_BYTES + 1);
    packet.set(fields, HEADER_BYTES + 1);
    packet.set(payload, HEADER_BYTES + adaptationBytes);
    return packet;
  }

  /** Packets without payload repeat the counter of the packet before them. */
  #counter(pid: number, hasPayload: boolean): number {
    const latest = this.#counters.get(pid) ?? 0x0f;
    const counter = hasPayload ? (latest + 1) & 0x0f : latest;
    this.#counters.set(pid, counter);
    return counter;
  }
}

type PacketParts = Readonly<{
  pid: number;
  starts: boolean;
  fields: Uint8Array;
  payload: Uint8Array;
}>;

/** The adaptation field without its length (2.4.3.4); empty if nothing has to be declared. */
function adaptationFields({ pcr, isRandomAccess }: UnitStart): Buffer {
  if (pcr === null && !isRandomAccess) return Buffer.alloc(0);
  const flags = (isRandomAccess ? RANDOM_ACCESS : 0) | (pcr === null ? 0 : HAS_PCR);
  if (pcr === null) return Buffer.from([flags]);
  const fields = Buffer.alloc(7);
  fields.writeUInt8(flags);
  const base = pcr % 2 ** 33;
  fields.writeUInt32BE(Math.floor(base / 2), 1);
  // The lowest bit, six reserved bits, and an extension of 0.
  fields.writeUInt16BE(((base % 2) << 15) | 0x7e00, 5);
  return fields;
}
