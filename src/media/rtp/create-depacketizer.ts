import { Av1Format } from './av1-format.js';
import type { Depacketizer } from './depacketizer.js';
import { H264Format } from './h264-format.js';
import { OpusDepacketizer } from './opus-depacketizer.js';
import type { TrackCodec } from './track-codec.js';
import { VideoDepacketizer } from './video-depacketizer.js';
import { Vp9Format } from './vp9-format.js';

/**
 * Creates a depacketizer for one layer of a track. Returns null if the track's codec cannot be
 * packaged directly, such as VP8, whose frames {@link ./vp8-depacketizer} extracts for a
 * transcoder.
 */
export function createDepacketizer(codec: TrackCodec): Depacketizer | null {
  const { parameters } = codec;
  switch (codec.mimeType.toLowerCase()) {
    case 'video/h264': {
      // RFC 6184 8.1: mode 2 interleaves NAL units out of decoding order.
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
