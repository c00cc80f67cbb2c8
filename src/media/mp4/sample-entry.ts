import { box, type BoxContent, fourCc, fullBox, u16, u32, zeros } from './box.js';
import type { AudioConfig, CodecConfig, VideoConfig } from '../codecs/codec-config.js';

/** The single sample entry of a track's `stsd`. */
export function sampleEntry(config: CodecConfig): Uint8Array {
  return config.kind === 'video' ? visualEntry(config) : audioEntry(config);
}

const VISUAL_BOXES = {
  h264: { entry: 'avc1', configuration: 'avcC' },
  /** The record includes its version and flags (VP Codec ISO Media File Format Binding 1.0). */
  vp9: { entry: 'vp09', configuration: 'vpcC' },
  av1: { entry: 'av01', configuration: 'av1C' },
} as const satisfies Record<VideoConfig['codec'], unknown>;

/** ISO/IEC 14496-12 12.1.3; the configuration boxes are of 14496-15, VP9's and AV1's own bindings. */
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
    u16(1), // frames in a sample
    zeros(32), // compressor's name
    u16(0x0018),
    u16(0xffff),
  ];
  const { entry, configuration } = VISUAL_BOXES[codec];
  return box(entry, ...before, box(configuration, record));
}

/** ISO/IEC 14496-12 12.2.3; Opus as "Encapsulation of Opus in ISO BMFF" 4.3, AAC as 14496-14. */
function audioEntry({ codec, sampleRate, channels, record }: AudioConfig): Uint8Array {
  const before: readonly BoxContent[] = [
    zeros(6),
    u16(1), // data reference
    zeros(8),
    u16(channels),
    u16(16), // bits of a sample
    zeros(4),
    u16(sampleRate),
    zeros(2),
  ];
  return codec === 'opus'
    ? box('Opus', ...before, box('dOps', record))
    : box('mp4a', ...before, fullBox('esds', {}, esDescriptor(record)));
}

/** ISO/IEC 14496-1 7.2.6.5. */
function esDescriptor(audioSpecificConfig: Uint8Array): number[] {
  const specificInfo = descriptor(0x05, [...audioSpecificConfig]);
  const decoderConfig = descriptor(0x04, [
    0x40, // MPEG-4 audio
    0x15, // audio stream
    ...zeros(3), // buffer's size: not told
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

/** File brands for this codec. */
export const brandsOf = (config: CodecConfig): number[] =>
  ['iso6', 'cmfc', 'mp41', ...(config.codec === 'av1' ? ['av01'] : [])].flatMap(fourCc);
