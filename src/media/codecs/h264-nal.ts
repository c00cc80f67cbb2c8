import { BitReader } from './bit-reader.js';

/**
 * NAL unit types (ITU-T H.264 table 7-1), and payload types that RTP adds to them (RFC 6184 table
 * 1).
 */
export const NAL = {
  slice: 1,
  idrSlice: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  stapA: 24,
  fuA: 28,
} as const;

/** Whether a NAL unit of this type is a parameter set that a config contains. */
export const isParameterSet = (type: number): boolean => type === NAL.sps || type === NAL.pps;

/** Whether a NAL unit of this type is part of an access unit: a slice or an SEI message. */
export const isSampleNal = (type: number): boolean => type >= NAL.slice && type <= NAL.sei;

/**
 * Returns a bit reader that starts after a NAL unit's header, without emulation prevention bytes
 * (ITU-T H.264 7.3.1).
 */
export function nalReader(nal: Uint8Array): BitReader {
  const raw = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal.subarray(1)) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    raw[length++] = byte;
  }
  return new BitReader(raw.subarray(0, length));
}

/**
 * Enough bytes for {@link slicePpsId}: three numbers of up to 63 bits, and emulation prevention
 * bytes.
 */
export const SLICE_HEAD_BYTES = 40;

/**
 * Returns the id of the picture parameter set to which a slice refers (ITU-T H.264 7.3.3); null for
 * malformed data. The first {@link SLICE_HEAD_BYTES} of the slice are enough.
 */
export function slicePpsId(slice: Uint8Array): number | null {
  const reader = nalReader(slice.subarray(0, SLICE_HEAD_BYTES));
  reader.unsignedExpGolomb(); // first_mb_in_slice
  reader.unsignedExpGolomb(); // slice_type
  const id = reader.unsignedExpGolomb();
  return reader.failed || id > 255 ? null : id;
}

/**
 * Whether a slice is the first of its picture: `first_mb_in_slice` is 0, coded as a single 1 bit
 * (ITU-T H.264 7.3.3). The first two bytes of the slice are enough.
 */
export const isFirstSlice = (slice: Uint8Array): boolean => (slice[1] ?? 0) >= 0x80;
