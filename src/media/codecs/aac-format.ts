import { AUDIO_TIMESCALE, type AudioConfig } from './codec-config.js';

/** Samples, and thus ticks, per AAC-LC frame. */
export const AAC_FRAME_TICKS = 1_024;

/** AAC-LC, 48 kHz, stereo: the AudioSpecificConfig of ISO 14496-3 1.6.2.1 in two bytes. */
export const AAC_CONFIG: AudioConfig = {
  kind: 'audio',
  codec: 'aac',
  codecs: 'mp4a.40.2',
  sampleRate: AUDIO_TIMESCALE,
  channels: 2,
  record: Uint8Array.of(0x11, 0x90),
};
