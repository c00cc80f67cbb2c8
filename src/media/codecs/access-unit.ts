import type { CodecConfig } from './codec-config.js';

/** One coded picture or audio packet, extracted from RTP packets. */
export type AccessUnit = Readonly<{
  /** The 32-bit RTP timestamp as sent. */
  rtpTime: number;
  keyFrame: boolean;
  /** In the format of an MP4 sample, see {@link ../mp4/sample}. */
  data: Uint8Array;
  /** The configuration for this unit; the same object while nothing changes. */
  config: CodecConfig;
  /** Arrival of its last packet, in milliseconds on the server's clock. */
  arrivedMs: number;
}>;
