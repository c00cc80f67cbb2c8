import type { CodecConfig } from './codec-config.js';

/** One coded frame or audio packet, extracted from RTP packets. */
export type AccessUnit = Readonly<{
  /** The 32-bit RTP timestamp as sent. */
  rtpTime: number;
  keyFrame: boolean;
  /** In the format of an MP4 sample, see {@link ../mp4/sample}. */
  data: Uint8Array;
  /**
   * The configuration that this unit needs. Units share one object until the configuration changes.
   */
  config: CodecConfig;
  /** The arrival time of the unit's last packet, in milliseconds on the server's clock. */
  arrivedMs: number;
}>;
