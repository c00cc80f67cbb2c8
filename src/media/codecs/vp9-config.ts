import type { VideoConfig } from './codec-config.js';
import type { Vp9KeyFrame } from './vp9-frame-header.js';

/** Levels with their maximum luma samples per frame and per second (VP9 levels, Annex A). */
const LEVELS: readonly (readonly [level: number, picture: number, perSecond: number])[] = [
  [10, 36_864, 829_440],
  [11, 73_728, 2_764_800],
  [20, 122_880, 4_608_000],
  [21, 245_760, 9_216_000],
  [30, 552_960, 20_736_000],
  [31, 983_040, 36_864_000],
  [40, 2_228_224, 83_558_400],
  [41, 2_228_224, 160_432_128],
  [50, 8_912_896, 311_951_360],
  [51, 8_912_896, 588_251_136],
  [52, 8_912_896, 1_176_502_272],
  [60, 35_651_584, 1_176_502_272],
  [61, 35_651_584, 2_353_004_544],
];
const HIGHEST_LEVEL = 62;
/**
 * The assumed frame rate, because the real one is unknown. A level is an upper bound, so a level
 * that is too high does no harm.
 */
const ASSUMED_RATE = 60;

/**
 * By color_space: color primaries, transfer characteristics, and matrix coefficients of ISO/IEC
 * 23091-2.
 */
const COLORS: readonly (readonly [number, number, number])[] = [
  [2, 2, 2], // unknown
  [6, 6, 6], // BT.601
  [1, 1, 1], // BT.709
  [6, 6, 6], // SMPTE 170
  [7, 7, 7], // SMPTE 240
  [9, 14, 9], // BT.2020
  [2, 2, 2], // reserved
  [1, 13, 0], // sRGB
];

/**
 * Returns the config that applies from a key frame on. `record` is the body of `vpcC` including its
 * version and flags.
 */
export function vp9Config(frame: Vp9KeyFrame): VideoConfig {
  const { profile, bitDepth, width, height } = frame;
  const level = vp9Level(width * height);
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  return {
    kind: 'video',
    codec: 'vp9',
    codecs: `vp09.${[profile, level, bitDepth].map(twoDigits).join('.')}`,
    width,
    height,
    record: vpcRecord(frame, level),
  };
}

/**
 * Returns the VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding): version 1, no
 * flags.
 */
function vpcRecord(frame: Vp9KeyFrame, level: number): Uint8Array {
  const [primaries, transfer, matrix] = COLORS[frame.colorSpace] ?? [2, 2, 2];
  const format = (frame.bitDepth << 4) | (chromaSubsampling(frame) << 1) | Number(frame.fullRange);
  return Uint8Array.of(1, 0, 0, 0, frame.profile, level, format, primaries, transfer, matrix, 0, 0);
}

/**
 * Returns the number for a chroma subsampling: 1 for 4:2:0 with chroma at the luma sample, 2 for
 * 4:2:2, 3 for 4:4:4. No number exists for 4:4:0.
 */
function chromaSubsampling({ subsamplingX, subsamplingY }: Vp9KeyFrame): number {
  if (subsamplingX) return subsamplingY ? 1 : 2;
  return 3;
}

function vp9Level(pictureSamples: number): number {
  const fits = LEVELS.find(
    ([, picture, perSecond]) =>
      pictureSamples <= picture && pictureSamples * ASSUMED_RATE <= perSecond,
  );
  return fits?.[0] ?? HIGHEST_LEVEL;
}
