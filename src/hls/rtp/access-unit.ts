import type { CodecConfig } from '../mp4/codec-config.js';

/** One coded picture, or one packet of sound, taken out of its RTP packets. */
export type AccessUnit = Readonly<{
  /** RTP time, 32 bits, as sent. */
  rtpTime: number;
  keyFrame: boolean;
  /** As an mp4 sample has it, see {@link ../mp4/sample}. */
  data: Uint8Array;
  /** In force for this unit; the same object as long as nothing changes. */
  config: CodecConfig;
  /** When its last packet came, server's clock, milliseconds. */
  arrivedMs: number;
}>;
