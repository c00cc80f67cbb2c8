import { z } from 'zod';

/** Whether a channel has a key to publish with; the key itself is told once, when it is made. */
export const StreamKeyView = z
  .object({
    /** When it was made; null: there is none. */
    createdAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'StreamKey' });
export type StreamKeyView = z.output<typeof StreamKeyView>;

export const CreatedStreamKey = z
  .object({
    /** For `Authorization: Bearer` at `/whip/NAME`; can't be read again. */
    streamKey: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'CreatedStreamKey' });
export type CreatedStreamKey = z.output<typeof CreatedStreamKey>;
