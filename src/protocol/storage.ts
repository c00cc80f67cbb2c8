import { z } from 'zod';

const bytes = z.number().int().nonnegative();

/**
 * How close an account is to its storage limit. `near`: it uses at least 80%. `full`: nothing more
 * is stored until something is deleted.
 */
export const StorageState = z.enum(['ok', 'near', 'full']).meta({ id: 'StorageState' });
export type StorageState = z.output<typeof StorageState>;

/** An account's storage use and limit. */
export const StorageView = z
  .object({
    /**
     * The storage used by the recordings on the account's channels and by the clips that the
     * account created.
     */
    bytes,
    /**
     * The part that is never deleted automatically: recordings set to “Keep forever”, and clips.
     */
    keptBytes: bytes,
    /** The limit, which can depend on how much other accounts store; null if unlimited. */
    limitBytes: bytes.nullable(),
    state: StorageState,
    /**
     * Whether the account's oldest recordings are deleted when the limit is reached; otherwise
     * recording stops.
     */
    oldestGo: z.boolean(),
    /** The number of clips that the account created, and the limit. */
    clips: z.number().int().nonnegative(),
    clipsMax: z.number().int().positive(),
  })
  .meta({ id: 'Storage' });
export type StorageView = z.output<typeof StorageView>;
