const START_CODE = Uint8Array.of(0, 0, 1);
const HEAD_BYTES = 9;
const TIME_BYTES = 5;
/** The maximum value of `PES_packet_length`. For video, 0 stands for any length. */
const LENGTH_MAX = 0xffff;
/** The bytes of the packet that `PES_packet_length` doesn't count. */
const UNCOUNTED_BYTES = 6;
const PTS_ONLY = 0b0010;
const PTS_OF_BOTH = 0b0011;
const DTS_OF_BOTH = 0b0001;

/** Stream ids of PES packets (ISO/IEC 13818-1 table 2-22). */
export const STREAM_ID = { video: 0xe0, audio: 0xc0 } as const;

type PesPacket = Readonly<{
  /** One of {@link STREAM_ID}. */
  streamId: number;
  /** In 90 kHz ticks; they may exceed 33 bits. */
  pts: number;
  dts: number;
  data: readonly Uint8Array[];
}>;

/** Writes a PES packet (ISO/IEC 13818-1 2.4.3.6). */
export function writePesPacket({ streamId, pts, dts, data }: PesPacket): Buffer {
  const times =
    pts === dts
      ? [timeStamp(PTS_ONLY, pts)]
      : [timeStamp(PTS_OF_BOTH, pts), timeStamp(DTS_OF_BOTH, dts)];
  const header = Buffer.alloc(HEAD_BYTES);
  header.set(START_CODE);
  header.writeUInt8(streamId, 3);
  const dataBytes = data.reduce((sum, { length }) => sum + length, 0);
  const bytes = HEAD_BYTES + times.length * TIME_BYTES + dataBytes - UNCOUNTED_BYTES;
  header.writeUInt16BE(bytes > LENGTH_MAX ? 0 : bytes, 4);
  // The marker bits, and data_alignment_indicator, because each packet begins with a frame.
  header.writeUInt8(0x84, 6);
  header.writeUInt8(times.length === 1 ? 0x80 : 0xc0, 7);
  header.writeUInt8(times.length * TIME_BYTES, 8);
  return Buffer.concat([header, ...times, ...data]);
}

/** Writes a time of 33 bits, divided by marker bits. */
function timeStamp(prefix: number, ticks: number): Buffer {
  const high = Math.floor(ticks / 2 ** 30) & 0x7;
  const low = ticks % 2 ** 30;
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeUInt8((prefix << 4) | (high << 1) | 1);
  bytes.writeUInt16BE((Math.floor(low / 2 ** 15) << 1) | 1, 1);
  bytes.writeUInt16BE(((low % 2 ** 15) << 1) | 1, 3);
  return bytes;
}
