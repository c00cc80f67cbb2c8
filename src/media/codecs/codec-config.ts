/**
 * The configuration that a decoder needs before the first sample. Every change creates a new
 * object.
 */
export type CodecConfig = VideoConfig | AudioConfig;

export type VideoConfig = Readonly<{
  kind: 'video';
  codec: 'h264' | 'vp9' | 'av1';
  /** The codecs string of RFC 6381, such as `avc1.42E01F`, `vp09.00.31.08` or `av01.0.05M.08`. */
  codecs: string;
  width: number;
  height: number;
  /**
   * The body of the codec's configuration box (`avcC`, `vpcC` or `av1C`), without the box's size
   * and type.
   */
  record: Uint8Array;
}>;

export type AudioConfig = Readonly<{
  kind: 'audio';
  codec: 'opus' | 'aac';
  /** The codecs string, such as `opus` or `mp4a.40.2`. */
  codecs: string;
  /** The sample rate, in Hz. For HE-AAC, that of the core, which is half the playback rate. */
  sampleRate: number;
  channels: number;
  /** For Opus, the body of `dOps`; for AAC, the AudioSpecificConfig. */
  record: Uint8Array;
}>;

/** Ticks per second of video. */
export const VIDEO_TIMESCALE = 90_000;
/** Ticks per second of Opus, and of capture times for all audio. */
export const AUDIO_TIMESCALE = 48_000;
/** Returns the ticks per second of a rendition. For audio, ticks are samples. */
export const timescaleOf = (config: CodecConfig): number =>
  config.kind === 'video' ? VIDEO_TIMESCALE : config.sampleRate;
