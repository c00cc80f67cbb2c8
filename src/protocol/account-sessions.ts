import { z } from 'zod';

/** A session, as its owner sees it. */
export const SessionView = z
  .object({
    id: z.uuid(),
    /** The browser and operating system, as far as known. */
    device: z.string(),
    /** The client's network; the full address is not stored. */
    network: z.string(),
    createdAt: z.iso.datetime(),
    /** The time of the last use, with a precision of one hour. */
    lastUsedAt: z.iso.datetime(),
    /** Whether this request belongs to the session. */
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type SessionView = z.output<typeof SessionView>;

export const SessionList = z.array(SessionView).meta({ id: 'SessionList' });
export type SessionList = z.output<typeof SessionList>;
