import { BitReader } from './bit-reader.js';

/** The sequence properties in a VP9 key frame (VP9 bitstream specification 6.2). */
export type Vp9KeyFrame = Readonly<{
  profile: number;
  bitDepth: number;
  /** The color_space of 7.2.2. */
  colorSpace: number;
  fullRange: boolean;
  subsamplingX: boolean;
  subsamplingY: boolean;
  width: number;
  height: number;
}>;

const FRAME_MARKER = 2;
const SYNC_CODE = 0x498342;
const HEADER_BYTES = 16;
/** The color_space value for RGB, for which separate rules apply. */
const SRGB = 7;

/**
 * Parses the uncompressed header. Returns `inter` for frames that aren't key frames, and null for
 * malformed data.
 */
export function parseVp9FrameHeader(frame: Uint8Array): Vp9KeyFrame | 'inter' | null {
  const reader = new BitReader(frame.subarray(0, HEADER_BYTES));
  if (reader.bits(2) !== FRAME_MARKER) return null;
  const profile = reader.bits(1) + 2 * reader.bits(1);
  if (profile === 3 && reader.flag()) return null;
  const showsExisting = reader.flag();
  if (showsExisting || reader.flag()) return reader.failed ? null : 'inter';
  reader.skip(2); // show_frame, error_resilient_mode
  if (reader.bits(24) !== SYNC_CODE) return null;
  const color = parseColor(reader, profile);
  const width = reader.bits(16) + 1;
  const height = reader.bits(16) + 1;
  return reader.failed ? null : { profile, ...color, width, height };
}

function parseColor(
  reader: BitReader,
  profile: number,
): Pick<Vp9KeyFrame, 'bitDepth' | 'colorSpace' | 'fullRange' | 'subsamplingX' | 'subsamplingY'> {
  const deep = reader.bits(profile >= 2 ? 1 : 0) === 1 ? 12 : 10;
  const bitDepth = profile >= 2 ? deep : 8;
  const colorSpace = reader.bits(3);
  const fullRange = colorSpace === SRGB || reader.flag();
  const others = profile === 1 || profile === 3;
  let subsamplingX = colorSpace !== SRGB;
  let subsamplingY = subsamplingX;
  if (others && colorSpace !== SRGB) {
    subsamplingX = reader.flag();
    subsamplingY = reader.flag();
  }
  if (others) reader.skip(1); // reserved_zero
  return { bitDepth, colorSpace, fullRange, subsamplingX, subsamplingY };
}
