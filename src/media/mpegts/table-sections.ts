import { crc32 } from './section-reader.js';

/** The packet identifiers (PIDs) of the tables and of the single program's streams. */
export const PID = { programs: 0, map: 0x1000, video: 0x100, audio: 0x101 } as const;
const TRANSPORT_STREAM = 1;
const PROGRAM = 1;
const PAT = 0;
const PMT = 2;
/** The bytes between the length field and the table's own data, plus the checksum. */
const COUNTED_BYTES = 9;
/** Stream types (ISO/IEC 13818-1 table 2-34). */
const H264 = 0x1b;
const AAC_IN_ADTS = 0x0f;

/** The kinds of streams in the program. */
export type ProgramKinds = Readonly<{ video: boolean; audio: boolean }>;

/** The PID of the stream whose packets contain the program clock reference. */
export const clockPid = ({ video }: ProgramKinds): number => (video ? PID.video : PID.audio);

/** Writes the program association table (ISO/IEC 13818-1 2.4.4.3), preceded by a pointer field. */
export function writePat(): Buffer {
  return section(PAT, { id: TRANSPORT_STREAM, version: 0 }, numbers16(PROGRAM, 0xe000 | PID.map));
}

/**
 * Writes the program map table (ISO/IEC 13818-1 2.4.4.8), preceded by a pointer field.
 * @param version increases with every change; only the lower five bits are written
 */
export function writePmt(kinds: ProgramKinds, version: number): Buffer {
  const body = Buffer.concat([
    // There are no descriptors after the PID of the clock or of a stream.
    numbers16(0xe000 | clockPid(kinds), 0xf000),
    ...(kinds.video ? [stream(H264, PID.video)] : []),
    ...(kinds.audio ? [stream(AAC_IN_ADTS, PID.audio)] : []),
  ]);
  return section(PMT, { id: PROGRAM, version }, body);
}

const stream = (type: number, pid: number): Buffer =>
  Buffer.concat([Uint8Array.of(type), numbers16(0xe000 | pid, 0xf000)]);

function section(
  table: number,
  { id, version }: Readonly<{ id: number; version: number }>,
  body: Uint8Array,
): Buffer {
  const head = Buffer.concat([
    Uint8Array.of(table),
    numbers16(0xb000 | (COUNTED_BYTES + body.length), id),
    // The version and current_next_indicator, then section_number and last_section_number, both 0.
    Uint8Array.of(0xc1 | ((version & 0x1f) << 1), 0, 0),
  ]);
  const bytes = Buffer.concat([head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return Buffer.concat([Uint8Array.of(0), bytes, checksum]);
}

function numbers16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}
