import { crc32 } from '../../src/media/mpegts/section-reader.js';

const PACKET_BYTES = 188;
const HEADER_BYTES = 4;
const PMT_PID = 0x1000;

/** One stream in a program that {@link TsWriter} writes. */
export type WrittenStream = Readonly<{ pid: number; type: number; descriptors?: Uint8Array }>;

/** Writes a transport stream that is as small and simple as possible. */
export class TsWriter {
  readonly #counters = new Map<number, number>();

  /** Writes the tables of a program. */
  tables(streams: readonly WrittenStream[]): Buffer {
    const pat = Buffer.from([0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff]);
    const entries = streams.map(({ pid, type, descriptors = new Uint8Array() }) =>
      Buffer.concat([
        Uint8Array.of(type, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, descriptors.length),
        descriptors,
      ]),
    );
    const pmt = Buffer.concat([Uint8Array.of(0xff, 0xff, 0xf0, 0), ...entries]);
    return Buffer.concat([this.#table(0, 0, pat), this.#table(PMT_PID, 2, pmt)]);
  }

  /** Writes a PES packet. Times are in 90 kHz ticks. Video packets have no length. */
  pes(
    pid: number,
    { pts, dts = pts, data }: { pts: number; dts?: number; data: Uint8Array },
    hasLength = false,
  ): Buffer {
    const times = Buffer.concat([time(3, pts), time(1, dts)]);
    const length = hasLength ? 3 + times.length + data.length : 0;
    const head = Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, 0xc0, times.length]);
    head.writeUInt16BE(length, 4);
    return this.#packets(pid, Buffer.concat([head, times, data]));
  }

  #table(pid: number, id: number, body: Uint8Array): Buffer {
    const head = Buffer.from([id, 0xb0, 0, 0, 1, 0xc1, 0, 0]);
    head.writeUInt16BE(0xb000 | (head.length - 3 + body.length + 4), 1);
    const section = Buffer.concat([head, body]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(section));
    return this.#packets(pid, Buffer.concat([Uint8Array.of(0), section, sum]));
  }

  #packets(pid: number, payload: Buffer): Buffer {
    const packets: Buffer[] = [];
    for (let at = 0; at < payload.length;) {
      const taken = payload.subarray(at, at + PACKET_BYTES - HEADER_BYTES);
      packets.push(this.#packet(pid, taken, at === 0));
      at += taken.length;
    }
    return Buffer.concat(packets);
  }

  #packet(pid: number, payload: Buffer, starts: boolean): Buffer {
    const counter = this.#counters.get(pid) ?? 0;
    this.#counters.set(pid, (counter + 1) & 0x0f);
    const room = PACKET_BYTES - HEADER_BYTES - payload.length;
    const control = (room > 0 ? 0x30 : 0x10) | counter;
    const head = Uint8Array.of(0x47, (starts ? 0x40 : 0) | (pid >> 8), pid & 0xff, control);
    return Buffer.concat([head, adaptation(room), payload]);
  }
}

/** Returns an adaptation field of the given size, which only pads the packet. */
function adaptation(size: number): Uint8Array {
  if (size === 0) return new Uint8Array();
  return Uint8Array.from({ length: size }, (_, at) => [size - 1, 0][at] ?? 0xff);
}

function time(prefix: number, ticks: number): Buffer {
  const wrapped = ((ticks % 2 ** 33) + 2 ** 33) % 2 ** 33;
  const field = Buffer.alloc(5);
  field.writeUInt8((prefix << 4) | (Math.floor(wrapped / 2 ** 30) << 1) | 1);
  field.writeUInt16BE(((Math.floor(wrapped / 2 ** 15) & 0x7fff) << 1) | 1, 1);
  field.writeUInt16BE(((wrapped % 2 ** 15) << 1) | 1, 3);
  return field;
}

/** Writes a 48 kHz stereo AAC-LC frame without a checksum. */
export function adtsFrame(data: Uint8Array): Buffer {
  const length = data.length + 7;
  const head = Uint8Array.of(
    0xff,
    0xf1,
    0x4c,
    0x80 | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  );
  return Buffer.concat([head, data]);
}
