import type { VideoConfig } from '../../src/media/codecs/codec-config.js';

/** An H.264 configuration in which only the record's profile and level are real. */
export const H264: VideoConfig = {
  kind: 'video',
  codec: 'h264',
  codecs: 'avc1.42E01F',
  width: 1_280,
  height: 720,
  record: Uint8Array.of(1, 0x42, 0xe0, 0x1f),
};
