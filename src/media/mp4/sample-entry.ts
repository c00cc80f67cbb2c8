import { box, type BoxContent, fourCc, fullBox, u16, u32, zeros } from './box.js';
import type { AudioConfig, CodecConfig, VideoConfig } from '../codecs/codec-config.js';

/** Returns the single sample entry of a track's `stsd`. */
export function sampleEntry(config: CodecConfig): Uint8Array {
  return config.kind === 'video' ? visualEntry(config) : audioEntry(config);
}

const VISUAL_BOXES = {
  h264: { entry: 'avc1', configuration: 'avcC' },
  /**
   * The record includes the box's version and flags (VP Codec ISO Media File Format Binding 1.0).
   */
  vp9: { entry: 'vp09', configuration: 'vpcC' },
  av1: { entry: 'av01', configuration: 'av1C' },
} as const satisfies Record<VideoConfig['codec'], unknown>;

/**
 * Returns a VisualSampleEntry (ISO/IEC 14496-12 12.1.3). The configuration boxes are defined in
 * 14496-15 and in the VP9 and AV1 bindings.
 */
function visualEntry({ codec, width, height, record }: VideoConfig): Uint8Array {
  const before: readonly BoxContent[] = [
    zeros(6),
    u16(1), // data reference
    zeros(16),
    u16(width),
    u16(height),
    u32(0x00480000), // 72 dpi
    u32(0x00480000),
    zeros(4),
    u16(1), // frames per sample
    zeros(32), // compressor name
    u16(0x0018),
    u16(0xffff),
  ];
  const { entry, configuration } = VISUAL_BOXES[codec];
  return box(entry, ...before, box(configuration, record));
}

/**
 * Returns an AudioSampleEntry (ISO/IEC 14496-12 12.2.3; for Opus, "Encapsulation of Opus in ISO
 * BMFF" 4.3; for AAC, 14496-14).
 */
function audioEntry({ codec, sampleRate, channels, record }: AudioConfig): Uint8Array {
  const before: readonly BoxContent[] = [
    zeros(6),
    u16(1), // data reference
    zeros(8),
    u16(channels),
    u16(16), // bits per sample
    zeros(4),
    // The field is 16 bits wide; the AudioSpecificConfig states higher rates.
    u16(sampleRate <= 0xffff ? sampleRate : 0),
    zeros(2),
  ];
  return codec === 'opus'
    ? box('Opus', ...before, box('dOps', record))
    : box('mp4a', ...before, fullBox('esds', {}, esDescriptor(record)));
}

/** Returns an ES_Descriptor (ISO/IEC 14496-1 7.2.6.5). */
function esDescriptor(audioSpecificConfig: Uint8Array): number[] {
  const specificInfo = descriptor(0x05, [...audioSpecificConfig]);
  const decoderConfig = descriptor(0x04, [
    0x40, // MPEG-4 audio
    0x15, // audio stream
    ...zeros(3), // buffer size: unspecified
    ...u32(128_000),
    ...u32(128_000),
    ...specificInfo,
  ]);
  return descriptor(0x03, [...u16(1), 0, ...decoderConfig, ...descriptor(0x06, [0x02])]);
}

const descriptor = (tag: number, content: readonly number[]): number[] => [
  tag,
  content.length,
  ...content,
];

/** Returns the file brands for a codec. */
export const brandsOf = (config: CodecConfig): number[] =>
  ['iso6', 'cmfc', 'mp41', ...(config.codec === 'av1' ? ['av01'] : [])].flatMap(fourCc);
