import { z } from 'zod';

/** A log-in as its owner sees it. */
export const SessionView = z
  .object({
    id: z.uuid(),
    /** The browser and the system, as far as they say. */
    device: z.string(),
    /** The network that it came from; the address is not kept. */
    network: z.string(),
    createdAt: z.iso.datetime(),
    /** To the hour. */
    lastUsedAt: z.iso.datetime(),
    /** The one that asks. */
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type SessionView = z.output<typeof SessionView>;

export const SessionList = z.array(SessionView).meta({ id: 'SessionList' });
export type SessionList = z.output<typeof SessionList>;
