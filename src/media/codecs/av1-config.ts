import type { VideoConfig } from './codec-config.js';
import type { Av1SequenceHeader } from './av1-sequence-header.js';

/**
 * Returns the configuration of a coded video sequence.
 * @param obu the sequence header OBU, with its size field
 */
export function av1Config(header: Av1SequenceHeader, obu: Uint8Array): VideoConfig {
  const { profile, levelIndex, tier, bitDepth, width, height } = header;
  const level = String(levelIndex).padStart(2, '0') + (tier === 0 ? 'M' : 'H');
  return {
    kind: 'video',
    codec: 'av1',
    codecs: `av01.${profile}.${level}.${String(bitDepth).padStart(2, '0')}`,
    width,
    height,
    record: av1Record(header, obu),
  };
}

/** Returns the AV1CodecConfigurationRecord (AV1 Codec ISO Media File Format Binding 2.3.3). */
function av1Record(header: Av1SequenceHeader, obu: Uint8Array): Uint8Array {
  const record = new Uint8Array(4 + obu.length);
  record[0] = 0x81;
  record[1] = (header.profile << 5) | header.levelIndex;
  record[2] =
    (header.tier << 7) |
    (Number(header.bitDepth > 8) << 6) |
    (Number(header.bitDepth > 10) << 5) |
    (Number(header.monochrome) << 4) |
    (Number(header.subsamplingX) << 3) |
    (Number(header.subsamplingY) << 2) |
    header.chromaSamplePosition;
  record.set(obu, 4);
  return record;
}
