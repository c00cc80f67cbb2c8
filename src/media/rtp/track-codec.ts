/** A track's codec, as signaled for RTP. */
export type TrackCodec = Readonly<{
  /** The MIME type, such as `video/H264` or `audio/opus`. */
  mimeType: string;
  /** RTP ticks per second. */
  clockRate: number;
  channels: number;
  /** The codec's `fmtp` parameters, such as `sprop-parameter-sets`. */
  parameters: Readonly<Record<string, unknown>>;
}>;
