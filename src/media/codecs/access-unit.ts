import type { CodecConfig } from './codec-config.js';

/** One coded frame or audio packet. */
export type AccessUnit = Readonly<{
  /**
   * The time on the track's 32-bit RTP clock: the timestamp as sent or, for video with B-frames, the
   * decode time.
   */
  rtpTime: number;
  /**
   * The presentation time minus the decode time, in ticks of the track; signed. Absent if they are
   * equal, which they always are without B-frames.
   */
  compositionTicks?: number;
  keyFrame: boolean;
  /** In the format of an MP4 sample; see {@link ../mp4/sample}. */
  data: Uint8Array;
  /**
   * The configuration that this unit needs. Units share one object until the configuration changes.
   */
  config: CodecConfig;
  /** The arrival time of the unit's last packet, in milliseconds on the server's clock. */
  arrivedMs: number;
}>;
