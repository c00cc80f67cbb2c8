import { BitReader } from './bit-reader.js';

/** The sequence header fields that are needed here (AV1 bitstream specification 5.5). */
export type Av1SequenceHeader = Readonly<{
  profile: number;
  /** From operating point 0. */
  levelIndex: number;
  tier: number;
  bitDepth: number;
  monochrome: boolean;
  subsamplingX: boolean;
  subsamplingY: boolean;
  chromaSamplePosition: number;
  /** The maximum frame size of the sequence. */
  width: number;
  height: number;
}>;

/** Parses an OBU's payload; returns null for malformed data and for still pictures. */
export function parseAv1SequenceHeader(payload: Uint8Array): Av1SequenceHeader | null {
  const reader = new BitReader(payload);
  const profile = reader.bits(3);
  reader.skip(1); // still_picture
  if (reader.flag()) return null; // reduced_still_picture_header
  const { levelIndex, tier } = parseOperatingPoints(reader);
  const size = parseSize(reader);
  skipTools(reader);
  const color = parseColor(reader, profile);
  if (reader.failed || profile > 2) return null;
  return { profile, levelIndex, tier, ...size, ...color };
}

function parseOperatingPoints(reader: BitReader): { levelIndex: number; tier: number } {
  const hasTiming = reader.flag();
  let delayBits = 0;
  if (hasTiming) {
    reader.skip(64); // num_units_in_display_tick, time_scale
    if (reader.flag()) reader.unsignedExpGolomb(); // num_ticks_per_picture_minus_1
    if (reader.flag()) {
      delayBits = reader.bits(5) + 1; // buffer_delay_length_minus_1
      reader.skip(32 + 5 + 5); // the rest of decoder_model_info
    }
  }
  const hasDisplayDelay = reader.flag();
  const count = reader.bits(5) + 1;
  let first = { levelIndex: 0, tier: 0 };
  for (let i = 0; i < count; i++) {
    reader.skip(12); // operating_point_idc
    const levelIndex = reader.bits(5);
    const tier = levelIndex > 7 ? reader.bits(1) : 0;
    if (i === 0) first = { levelIndex, tier };
    if (delayBits > 0 && reader.flag()) reader.skip(2 * delayBits + 1); // operating_parameters_info
    if (hasDisplayDelay && reader.flag()) reader.skip(4);
  }
  return first;
}

function parseSize(reader: BitReader): { width: number; height: number } {
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  return { width: reader.bits(widthBits) + 1, height: reader.bits(heightBits) + 1 };
}

/**
 * Skips from the frame numbers to the restoration filter. The enabled tools determine which of
 * these fields exist.
 */
function skipTools(reader: BitReader): void {
  if (reader.flag()) reader.skip(7); // frame_id_numbers_present_flag
  reader.skip(3); // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  reader.skip(4); // interintra, masked compound, warped motion, dual filter
  const hasOrderHint = reader.flag();
  if (hasOrderHint) reader.skip(2); // enable_jnt_comp, enable_ref_frame_mvs
  const mayForceScreenContent = reader.flag() || reader.flag();
  if (mayForceScreenContent && !reader.flag()) reader.skip(1); // seq_force_integer_mv
  if (hasOrderHint) reader.skip(3); // order_hint_bits_minus_1
  reader.skip(3); // enable_superres, enable_cdef, enable_restoration
}

type Color = Pick<
  Av1SequenceHeader,
  'bitDepth' | 'monochrome' | 'subsamplingX' | 'subsamplingY' | 'chromaSamplePosition'
>;

/** Parses the color configuration (AV1 5.5.2). */
function parseColor(reader: BitReader, profile: number): Color {
  const isDeep = reader.flag();
  const isDeepest = profile === 2 && isDeep && reader.flag();
  const bitDepth = [8, 10, 12][Number(isDeep) + Number(isDeepest)] ?? 8;
  const monochrome = profile !== 1 && reader.flag();
  const described = reader.flag() ? [reader.bits(8), reader.bits(8), reader.bits(8)] : [2, 2, 2];
  const isSrgb = described[0] === 1 && described[1] === 13 && described[2] === 0;
  if (!monochrome && isSrgb) {
    return { ...PLAIN, bitDepth, monochrome, subsamplingX: false, subsamplingY: false };
  }
  reader.skip(1); // color_range
  if (monochrome) return { ...PLAIN, bitDepth, monochrome };
  const subsampling = parseSubsampling(reader, profile, bitDepth);
  const isHalved = subsampling.subsamplingX && subsampling.subsamplingY;
  const chromaSamplePosition = isHalved ? reader.bits(2) : 0;
  reader.skip(1); // separate_uv_delta_q
  return { bitDepth, monochrome, ...subsampling, chromaSamplePosition };
}

const PLAIN = { subsamplingX: true, subsamplingY: true, chromaSamplePosition: 0 };

function parseSubsampling(
  reader: BitReader,
  profile: number,
  bitDepth: number,
): Pick<Color, 'subsamplingX' | 'subsamplingY'> {
  if (profile === 0) return { subsamplingX: true, subsamplingY: true };
  if (profile === 1) return { subsamplingX: false, subsamplingY: false };
  if (bitDepth < 12) return { subsamplingX: true, subsamplingY: false };
  const subsamplingX = reader.flag();
  return { subsamplingX, subsamplingY: subsamplingX && reader.flag() };
}
