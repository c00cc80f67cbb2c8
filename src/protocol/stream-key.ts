import { z } from 'zod';

/** Whether a channel has a stream key. The key itself is shown only once, when it is created. */
export const StreamKeyView = z
  .object({
    /** The time at which the key was created; null if there is no key. */
    createdAt: z.iso.datetime().nullable(),
    /**
     * The addresses to publish to over RTMP, such as `rtmp://live.example.org/live`, with the
     * preferred one first; empty if the server doesn't accept RTMP.
     */
    rtmpServers: z.array(z.string()),
    /**
     * The address to publish to over SRT, such as `srt://live.example.org:8890`; null if the server
     * doesn't accept SRT.
     */
    srtServer: z.string().nullable(),
  })
  .meta({ id: 'StreamKey' });
export type StreamKeyView = z.output<typeof StreamKeyView>;

export const CreatedStreamKey = z
  .object({
    /**
     * The key to send as `Authorization: Bearer` to `/whip/NAME`, as the stream name over RTMP, or
     * as the stream id over SRT without a passphrase. It can't be read again.
     */
    streamKey: z.string(),
    /**
     * The passphrase for encryption over SRT, used with the stream id `publish:NAME`. It changes
     * with the key, and can't be read again.
     */
    srtPassphrase: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'CreatedStreamKey' });
export type CreatedStreamKey = z.output<typeof CreatedStreamKey>;
