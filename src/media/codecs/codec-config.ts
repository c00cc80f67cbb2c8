/** What a decoder needs before the first sample; a new object whenever anything in it changes. */
export type CodecConfig = VideoConfig | AudioConfig;

export type VideoConfig = Readonly<{
  kind: 'video';
  codec: 'h264' | 'vp9' | 'av1';
  /** As in RFC 6381, such as `avc1.42E01F`, `vp09.00.31.08`, `av01.0.05M.08`. */
  codecs: string;
  width: number;
  height: number;
  /** The body of its configuration box (without its size and type): `avcC`, `vpcC` or `av1C`. */
  record: Uint8Array;
}>;

export type AudioConfig = Readonly<{
  kind: 'audio';
  codec: 'opus' | 'aac';
  /** `opus` or `mp4a.40.2`. */
  codecs: string;
  sampleRate: number;
  channels: number;
  /** Opus: the body of `dOps`. AAC: the AudioSpecificConfig. */
  record: Uint8Array;
}>;

/** Ticks of media time per second. */
export const VIDEO_TIMESCALE = 90_000;
export const AUDIO_TIMESCALE = 48_000;
export const timescaleOf = ({ kind }: Pick<CodecConfig, 'kind'>): number =>
  kind === 'video' ? VIDEO_TIMESCALE : AUDIO_TIMESCALE;
