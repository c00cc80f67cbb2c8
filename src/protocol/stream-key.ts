import { z } from 'zod';

/** Whether a channel has a stream key; the key itself is shown once, when created. */
export const StreamKeyView = z
  .object({
    /** When it was created; null: none. */
    createdAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'StreamKey' });
export type StreamKeyView = z.output<typeof StreamKeyView>;

export const CreatedStreamKey = z
  .object({
    /** For `Authorization: Bearer` at `/whip/NAME`; cannot be read again. */
    streamKey: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'CreatedStreamKey' });
export type CreatedStreamKey = z.output<typeof CreatedStreamKey>;
