import type { BitReader } from './bit-reader.js';
import { nalReader } from './h264-nal.js';

/** The sequence parameter set fields that are needed here (ITU-T H.264 7.3.2.1.1). */
export type H264Sps = Readonly<{
  id: number;
  /**
   * profile_idc, the constraint flags, and level_idc, which are copied to `avcC` and the codecs
   * string.
   */
  profile: number;
  constraints: number;
  level: number;
  chromaFormat: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  /** The displayed size, after cropping. */
  width: number;
  height: number;
  /**
   * The maximum number of pictures that precede another one in decoding order and follow it in
   * output order (`max_num_reorder_frames`); null if the stream doesn't declare it.
   */
  reorderDepth: number | null;
}>;

const BASELINE_PROFILE = 66;
/** The profiles whose sequence parameter sets contain the chroma format (7.3.2.1.1). */
const PROFILES_WITH_CHROMA = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);
const MAX_SIDE = 16_384;

/** Parses a sequence parameter set with its NAL header; returns null for malformed data. */
export function parseSps(nal: Uint8Array): H264Sps | null {
  const reader = nalReader(nal);
  const profile = reader.bits(8);
  const constraints = reader.bits(8);
  const level = reader.bits(8);
  const id = reader.unsignedExpGolomb();
  const chroma = PROFILES_WITH_CHROMA.has(profile) ? parseChroma(reader) : PLAIN_CHROMA;
  reader.unsignedExpGolomb(); // log2_max_frame_num_minus4
  const orderType = readPictureOrder(reader);
  reader.unsignedExpGolomb(); // max_num_ref_frames
  reader.skip(1); // gaps_in_frame_num_value_allowed_flag
  const { width, height } = parseSize(reader, chroma);
  if (reader.failed || id > 31) return null;
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) return null;
  // A malformed VUI doesn't invalidate the fields before it.
  const declared = parseReorderDepth(reader);
  // 8.2.1.3: with type 2, pictures are output in decoding order. A.2.1: baseline has no B slices.
  const isInOrder = orderType === 2 || profile === BASELINE_PROFILE;
  const { format: chromaFormat, bitDepthLuma, bitDepthChroma } = chroma;
  if (chromaFormat > 3 || bitDepthLuma > 14 || bitDepthChroma > 14) return null;
  return {
    id,
    profile,
    constraints,
    level,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    width,
    height,
    reorderDepth: isInOrder ? 0 : declared,
  };
}

type Chroma = { format: number; planes: boolean; bitDepthLuma: number; bitDepthChroma: number };

const PLAIN_CHROMA: Chroma = { format: 1, planes: false, bitDepthLuma: 8, bitDepthChroma: 8 };

function parseChroma(reader: BitReader): Chroma {
  const format = reader.unsignedExpGolomb();
  const planes = format === 3 && reader.flag(); // separate_colour_plane_flag
  const bitDepthLuma = reader.unsignedExpGolomb() + 8;
  const bitDepthChroma = reader.unsignedExpGolomb() + 8;
  reader.skip(1); // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) skipScalingMatrix(reader, format);
  return { format, planes, bitDepthLuma, bitDepthChroma };
}

function skipScalingMatrix(reader: BitReader, chromaFormat: number): void {
  const lists = chromaFormat === 3 ? 12 : 8;
  for (let i = 0; i < lists; i++) {
    if (reader.flag()) skipScalingList(reader, i < 6 ? 16 : 64);
  }
}

/**
 * 7.3.2.1.1.1: deltas follow until the scale becomes 0; the rest of the list repeats the last
 * value.
 */
function skipScalingList(reader: BitReader, size: number): void {
  let scale = 8;
  for (let i = 0; i < size && scale !== 0 && !reader.failed; i++) {
    scale = (scale + reader.signedExpGolomb() + 256) % 256;
  }
}

/** Returns pic_order_cnt_type. */
function readPictureOrder(reader: BitReader): number {
  const type = reader.unsignedExpGolomb();
  if (type === 0) {
    reader.unsignedExpGolomb(); // log2_max_pic_order_cnt_lsb_minus4
  } else if (type === 1) {
    reader.skip(1); // delta_pic_order_always_zero_flag
    reader.signedExpGolomb(); // offset_for_non_ref_pic
    reader.signedExpGolomb(); // offset_for_top_to_bottom_field
    const count = Math.min(reader.unsignedExpGolomb(), 255);
    for (let i = 0; i < count && !reader.failed; i++) reader.signedExpGolomb();
  }
  return type;
}

function parseSize(reader: BitReader, chroma: Chroma): { width: number; height: number } {
  const widthMbs = reader.unsignedExpGolomb() + 1;
  const heightUnits = reader.unsignedExpGolomb() + 1;
  const framesOnly = reader.flag();
  if (!framesOnly) reader.skip(1); // mb_adaptive_frame_field_flag
  reader.skip(1); // direct_8x8_inference_flag
  const unitsPerRow = framesOnly ? 1 : 2;
  const size = { width: widthMbs * 16, height: heightUnits * 16 * unitsPerRow };
  if (!reader.flag()) return size;
  // 7.4.2.1.1: crop offsets count chroma samples and, in interlaced streams, field rows.
  const format = chroma.planes ? 0 : chroma.format;
  const unitX = format === 1 || format === 2 ? 2 : 1;
  const unitY = (format === 1 ? 2 : 1) * unitsPerRow;
  size.width -= (reader.unsignedExpGolomb() + reader.unsignedExpGolomb()) * unitX;
  size.height -= (reader.unsignedExpGolomb() + reader.unsignedExpGolomb()) * unitY;
  return size;
}

const EXTENDED_SAR = 255;
/** The maximum that any level allows (A.3.1). */
const MAX_REORDER_DEPTH = 16;

/**
 * Reads vui_parameters() (E.1.1) as far as needed; returns null if it doesn't declare the depth.
 */
function parseReorderDepth(reader: BitReader): number | null {
  if (!reader.flag()) return null; // vui_parameters_present_flag
  if (reader.flag() && reader.bits(8) === EXTENDED_SAR) reader.skip(32); // aspect_ratio_info
  if (reader.flag()) reader.skip(1); // overscan_info
  if (reader.flag()) {
    reader.skip(4); // video_format, video_full_range_flag
    if (reader.flag()) reader.skip(24); // colour_description
  }
  if (reader.flag()) for (let i = 0; i < 2; i++) reader.unsignedExpGolomb(); // chroma_loc_info
  if (reader.flag()) reader.skip(65); // timing_info
  const nalHrd = reader.flag();
  if (nalHrd) skipHrd(reader);
  const vclHrd = reader.flag();
  if (vclHrd) skipHrd(reader);
  if (nalHrd || vclHrd) reader.skip(1); // low_delay_hrd_flag
  reader.skip(1); // pic_struct_present_flag
  if (!reader.flag()) return null; // bitstream_restriction_flag
  reader.skip(1); // motion_vectors_over_pic_boundaries_flag
  // max_bytes_per_pic_denom to log2_max_mv_length_vertical
  for (let i = 0; i < 4; i++) reader.unsignedExpGolomb();
  const depth = reader.unsignedExpGolomb();
  return reader.failed || depth > MAX_REORDER_DEPTH ? null : depth;
}

/** Skips hrd_parameters() (E.1.2). */
function skipHrd(reader: BitReader): void {
  const count = Math.min(reader.unsignedExpGolomb() + 1, 32);
  reader.skip(8); // bit_rate_scale, cpb_size_scale
  for (let i = 0; i < count; i++) {
    reader.unsignedExpGolomb(); // bit_rate_value_minus1
    reader.unsignedExpGolomb(); // cpb_size_value_minus1
    reader.skip(1); // cbr_flag
  }
  reader.skip(20); // four lengths
}
