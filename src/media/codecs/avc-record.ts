/** The length of `avcC` before its first parameter set. */
const HEAD_BYTES = 6;

/**
 * The maximum number of NAL units of a picture. A 4K picture has up to 135 slices, one per row of
 * macroblocks; each unit beyond that costs memory and time.
 */
export const NALS_MAX = 4_096;

/** The contents of an AVCDecoderConfigurationRecord that are needed here. */
export type AvcRecord = Readonly<{
  /** The size of the length field before each NAL unit: 1, 2 or 4 bytes. */
  lengthBytes: number;
  /** Sequence and picture parameter sets, as NAL units. */
  sets: readonly Uint8Array[];
}>;

/**
 * Parses the body of `avcC` (ISO/IEC 14496-15 5.3.3.1); returns null for malformed data. It
 * contains at most 31 sequence and 255 picture parameter sets.
 */
export function parseAvcRecord(record: Uint8Array): AvcRecord | null {
  if (record.length < HEAD_BYTES || record[0] !== 1) return null;
  const lengthBytes = ((record[4] ?? 0) & 3) + 1;
  if (lengthBytes === 3) return null;
  const sets: Uint8Array[] = [];
  let at = HEAD_BYTES - 1;
  for (const mask of [0x1f, 0xff]) {
    if (at >= record.length) return null;
    const count = (record[at] ?? 0) & mask;
    at += 1;
    for (let taken = 0; taken < count; taken += 1) {
      const length = ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
      const end = at + 2 + length;
      if (end > record.length) return null;
      sets.push(record.subarray(at + 2, end));
      at = end;
    }
  }
  return { lengthBytes, sets };
}

/**
 * Splits a sample into its NAL units; null if a length is wrong, or there are more than
 * {@link NALS_MAX} units. The data isn't copied.
 */
export function nalUnitsOf(sample: Uint8Array, lengthBytes: number): Uint8Array[] | null {
  const units: Uint8Array[] = [];
  for (let at = 0; at < sample.length;) {
    let length = 0;
    for (let place = 0; place < lengthBytes; place += 1)
      length = length * 256 + (sample[at + place] ?? 0);
    const end = at + lengthBytes + length;
    if (end > sample.length || units.length === NALS_MAX) return null;
    if (length > 0) units.push(sample.subarray(at + lengthBytes, end));
    at = end;
  }
  return units;
}

/** Joins NAL units into a sample with 4-byte lengths. */
export function sampleOf(units: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    units.flatMap((unit) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(unit.length);
      return [length, unit];
    }),
  );
}
