/** OBU types (AV1 bitstream specification 6.2.2). */
export const OBU = {
  sequenceHeader: 1,
  temporalDelimiter: 2,
  frameHeader: 3,
  frame: 6,
  tileList: 8,
  padding: 15,
} as const;

/** An OBU's header (AV1 5.3.1) and its size field, if present. */
export type ObuHead = Readonly<{
  type: number;
  /** The length of the header and size field, in bytes. */
  length: number;
  /** The value of the size field; null if the field is absent. */
  payloadBytes: number | null;
  /** The header (one or two bytes) with has_size_field set. */
  sizedHeader: readonly number[];
}>;

/** The length of a two-byte header and the longest size field. */
export const MAX_OBU_HEAD_BYTES = 10;
const HAS_EXTENSION = 0x04;
const HAS_SIZE = 0x02;

/** Parses the beginning of an OBU; returns null for malformed data. */
export function parseObuHead(bytes: Uint8Array): ObuHead | null {
  const [first, extension] = bytes;
  // obu_forbidden_bit
  if (first === undefined || first >= 0x80) return null;
  const sizedHeader = [first | HAS_SIZE];
  if ((first & HAS_EXTENSION) !== 0) {
    if (extension === undefined) return null;
    sizedHeader.push(extension);
  }
  const type = (first >> 3) & 15;
  const length = sizedHeader.length;
  if ((first & HAS_SIZE) === 0) return { type, length, payloadBytes: null, sizedHeader };
  const size = readLeb128(bytes, length);
  if (size === null) return null;
  return { type, length: length + size.length, payloadBytes: size.value, sizedHeader };
}

/**
 * Reads an unsigned number of up to 32 bits (AV1 4.10.5); returns null if the number is incomplete
 * or larger.
 */
export function readLeb128(
  bytes: Uint8Array,
  offset: number,
): { value: number; length: number } | null {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value < 2 ** 32 ? { value, length: i + 1 } : null;
  }
  return null;
}

export function leb128(value: number): number[] {
  const bytes = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
