import { z } from 'zod';

/** Whether a channel has a stream key. The key itself is shown only once, when it is created. */
export const StreamKeyView = z
  .object({
    /** The time at which the key was created; null if there is no key. */
    createdAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'StreamKey' });
export type StreamKeyView = z.output<typeof StreamKeyView>;

export const CreatedStreamKey = z
  .object({
    /** The key to send as `Authorization: Bearer` to `/whip/NAME`. It can't be read again. */
    streamKey: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'CreatedStreamKey' });
export type CreatedStreamKey = z.output<typeof CreatedStreamKey>;
