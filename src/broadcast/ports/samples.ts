import type { CodecConfig } from '../../media/codecs/codec-config.js';

/** One coded video or audio frame of a broadcast, as it is packaged. */
export type TimedSample = Readonly<{
  kind: 'video' | 'audio';
  /**
   * The decode time in milliseconds since an arbitrary moment. Both kinds share this clock, which
   * advances with the server's and never goes back.
   */
  timeMs: number;
  /** The presentation time minus {@link timeMs}; signed, and 0 without B-frames. */
  compositionMs: number;
  keyFrame: boolean;
  /** For H.264, NAL units with 4-byte lengths; for AAC, a raw_data_block. */
  data: Uint8Array;
  /** Samples of one kind share one object until the configuration changes. */
  config: CodecConfig;
}>;

/** The kinds of media that a broadcast currently contains. */
export type SampleKinds = Readonly<{
  video: boolean;
  audio: boolean;
  /** The codec of video that cannot be packaged here, such as `video/VP8`; null if there is none. */
  refused: string | null;
}>;

/**
 * A broadcast's best video layer and its audio, which is always AAC. Samples of each kind are in
 * order; audio can be up to a second behind the video.
 */
export interface SampleSource {
  readonly kinds: SampleKinds;
  /**
   * Passes samples to `taker` until the returned function is called. While there are takers, Opus is
   * encoded as AAC, and a key frame is requested every two seconds.
   */
  take(taker: (sample: TimedSample) => void): () => void;
}
