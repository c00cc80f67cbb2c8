import type { Listenable } from '../../common/typed-emitter.js';
import type { AudioConfig } from '../../media/codecs/codec-config.js';
import type { MediaKind } from '../../protocol/rtc.js';

/**
 * A track that arrives as access units with decode times, as encoders send them over RTMP or SRT.
 * It has one layer, and key frames can't be requested from its sender.
 *
 * The owner emits every unit that arrives, in decoding order, without corrections. The consumer
 * handles units before the first key frame, equal decode times, and clocks that jump or restart.
 */
export interface UnitTrack {
  readonly form: 'units';
  readonly id: string;
  readonly kind: MediaKind;
  /** The codec, which never changes. A different codec requires a new track. */
  readonly codec: UnitCodec;
  /** The audio configuration, which never changes either; null for video. */
  readonly audio: AudioConfig | null;
  /** Ticks per second of the track's times: 1,000 for RTMP and SRT. */
  readonly timescale: number;
  /** Whether any units have arrived, readable or not. */
  readonly sends: boolean;
  /** Whether the publisher has muted the track or turned the camera off. RTMP can't signal this. */
  readonly paused: boolean;
  readonly events: Listenable<{
    unit: [MediaUnit];
    clock: [ClockAnchor];
    paused: [paused: boolean];
    closed: [];
  }>;
}

/** `h264` is video; `aac` is audio. */
export type UnitCodec = 'h264' | 'aac';

/** An access unit: one coded picture, or one audio frame. */
export type MediaUnit = Readonly<{
  /**
   * The time at which the unit is decoded, in ticks of the track since an arbitrary moment; an
   * integer that doesn't wrap.
   */
  decodeTime: number;
  /**
   * The presentation time minus {@link decodeTime}, in ticks of the track; signed. It is 0 for audio
   * and for video without B-frames.
   */
  compositionOffset: number;
  /**
   * Whether the container declares a key frame. The packager itself checks whether the picture is
   * an IDR picture, the only kind from which decoding is certain to start.
   */
  keyFrame: boolean;
  /**
   * For `h264`, the NAL units, each preceded by its length in as many bytes as {@link config} says.
   * Parameter sets among them apply from this unit on. For `aac`, a raw_data_block. The consumer
   * may retain the bytes.
   */
  data: Uint8Array;
  /**
   * The newest configuration that the container declared: for `h264`, the
   * AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1); for `aac`, the AudioSpecificConfig
   * (ISO/IEC 14496-3 1.6.2.1) of {@link UnitTrack.audio}. Units share one object until the container
   * declares another.
   */
  config: Uint8Array;
  /** The time of arrival on the server's clock. */
  arrivedMs: number;
}>;

/**
 * Relates a track's clock to the server's: the frame whose presentation time is `time` was captured
 * at `capturedMs`. Emit an anchor no later than the first unit, and then every few seconds. The
 * audio and video of one publisher share a clock in FLV, so their anchors must come from one
 * estimate. Otherwise, audio and video drift apart.
 */
export type ClockAnchor = Readonly<{
  /** In ticks of the track, as in {@link MediaUnit.decodeTime}. */
  time: number;
  /** In milliseconds since the Unix epoch, on the server's clock. */
  capturedMs: number;
}>;
