import { z } from 'zod';

const bytes = z.number().int().nonnegative();

/**
 * How near an account is to its limit. `near`: at 80 % or above; `full`: nothing more is stored before something goes.
 */
export const StorageState = z.enum(['ok', 'near', 'full']).meta({ id: 'StorageState' });
export type StorageState = z.output<typeof StorageState>;

/** What an account stores and may store. */
export const StorageView = z
  .object({
    /** Of the recordings of its channels and the clips that it made. */
    bytes,
    /** Of these, what doesn't go by itself: recordings that are kept for good, and clips. */
    keptBytes: bytes,
    /** Depends on what others store, if the service sets none; null: there is none. */
    limitBytes: bytes.nullable(),
    state: StorageState,
    /** At the limit its own oldest recordings are deleted; false: nothing is recorded then. */
    oldestGo: z.boolean(),
    /** Clips that it made, and how many it may have. */
    clips: z.number().int().nonnegative(),
    clipsMax: z.number().int().positive(),
  })
  .meta({ id: 'Storage' });
export type StorageView = z.output<typeof StorageView>;
