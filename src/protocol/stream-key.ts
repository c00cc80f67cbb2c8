import { z } from 'zod';

/** Whether a channel has a stream key. The key itself is shown only once, when it is created. */
export const StreamKeyView = z
  .object({
    /** The time at which the key was created; null if there is no key. */
    createdAt: z.iso.datetime().nullable(),
    /**
     * The addresses to publish at over RTMP, such as `rtmp://live.example.org/live`, the preferred
     * one first; empty if the server doesn't accept RTMP.
     */
    rtmpServers: z.array(z.string()),
  })
  .meta({ id: 'StreamKey' });
export type StreamKeyView = z.output<typeof StreamKeyView>;

export const CreatedStreamKey = z
  .object({
    /**
     * The key to send as `Authorization: Bearer` to `/whip/NAME`, or as the stream name over RTMP. It
     * can't be read again.
     */
    streamKey: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'CreatedStreamKey' });
export type CreatedStreamKey = z.output<typeof CreatedStreamKey>;
