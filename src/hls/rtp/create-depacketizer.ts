import type { TappedTrack } from '../../broadcast/ports.js';
import { Av1Format } from './av1-format.js';
import type { Depacketizer } from './depacketizer.js';
import { H264Format } from './h264-format.js';
import { OpusDepacketizer } from './opus-depacketizer.js';
import { VideoDepacketizer } from './video-depacketizer.js';
import { Vp9Format } from './vp9-format.js';

/**
 * A depacketizer for one layer of a track; null if its codec can't be packaged as it is. VP8 can't:
 * {@link ./vp8-depacketizer} takes its frames out for a transcoder.
 */
export function createDepacketizer(codec: TappedTrack['codec']): Depacketizer | null {
  const { parameters } = codec;
  switch (codec.mimeType.toLowerCase()) {
    case 'video/h264': {
      // RFC 6184 8.1: mode 2 sends NAL units in another order than that of decoding.
      if (Number(parameters['packetization-mode'] ?? 0) === 2) return null;
      const sprop = parameters['sprop-parameter-sets'];
      return new VideoDepacketizer(new H264Format(typeof sprop === 'string' ? sprop : null));
    }
    case 'video/vp9':
      return new VideoDepacketizer(new Vp9Format());
    case 'video/av1':
      return new VideoDepacketizer(new Av1Format());
    case 'audio/opus':
      return new OpusDepacketizer();
    default:
      return null;
  }
}
