import { parseAacSpecificConfig } from './aac-specific-config.js';
import { AUDIO_TIMESCALE, type AudioConfig } from './codec-config.js';

/** Samples per AAC frame, and therefore ticks. For HE-AAC, samples of the core. */
export const AAC_FRAME_TICKS = 1_024;

/**
 * AAC-LC, 48 kHz, stereo. The record is a two-byte AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1).
 */
export const AAC_CONFIG: AudioConfig = {
  kind: 'audio',
  codec: 'aac',
  codecs: 'mp4a.40.2',
  sampleRate: AUDIO_TIMESCALE,
  channels: 2,
  record: Uint8Array.of(0x11, 0x90),
};

/** Audio object types (ISO/IEC 14496-3 table 1.17) that browsers play: AAC-LC and HE-AAC. */
const LC = 2;
const SBR = 5;
const PS = 29;
/**
 * The maximum length of a record. A longer one contains nothing that players need, and might not
 * fit into the descriptors.
 */
const RECORD_MAX = 64;

/**
 * Returns the configuration of AAC that players can play unchanged: AAC-LC or HE-AAC with frames of
 * 1,024 samples and one to eight channels. Returns null for any other AAC or a malformed record.
 */
export function aacConfigOf(record: Uint8Array): AudioConfig | null {
  const config = record.length > RECORD_MAX ? null : parseAacSpecificConfig(record);
  if (config === null || config.channels === 0 || config.frameSamples !== AAC_FRAME_TICKS)
    return null;
  const { objectType, sampleRate, channels } = config;
  if (objectType !== LC && objectType !== SBR && objectType !== PS) return null;
  return {
    kind: 'audio',
    codec: 'aac',
    codecs: `mp4a.40.${objectType}`,
    sampleRate,
    // Parametric stereo turns one channel into two.
    channels: objectType === PS ? 2 : channels,
    record,
  };
}
