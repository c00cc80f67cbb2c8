/** The codec of a track in RTP. */
export type TrackCodec = Readonly<{
  /** Such as `video/H264`, `audio/opus`. */
  mimeType: string;
  /** RTP ticks per second. */
  clockRate: number;
  channels: number;
  /** The codec's `fmtp` parameters, such as `sprop-parameter-sets`. */
  parameters: Readonly<Record<string, unknown>>;
}>;
