import { z } from 'zod';

const StoredAuthor = z.object({ accountId: z.string().nullable(), guestId: z.string().nullable() });
const Seqs = z.array(z.int());

const Deleted = z.object({ kind: z.literal('deleted'), seqs: Seqs });
const Unbanned = z.object({
  kind: z.literal('unbanned'),
  author: StoredAuthor,
  addressHashes: z.array(z.string()),
});
/** An account became a moderator, or is no longer one. */
const Moderator = z.object({
  kind: z.literal('moderator'),
  accountId: z.string(),
  appointed: z.boolean(),
});
const Judged = z.object({
  kind: z.literal('judged'),
  heldId: z.string(),
  author: StoredAuthor,
  nonce: z.string(),
  approved: z.boolean(),
  seq: z.int(),
});
const Reactions = z.object({
  kind: z.literal('reactions'),
  counts: z.array(z.object({ seq: z.int(), emoji: z.string(), count: z.int() })),
});

/**
 * A room change as it is stored for other nodes. It contains no texts or names; these are read when
 * the change is applied.
 */
export const StoredChange = z.discriminatedUnion('kind', [
  Deleted,
  Unbanned,
  Moderator,
  Judged,
  Reactions,
  z.object({ kind: z.literal('restored'), seqs: Seqs }),
  z.object({ kind: z.literal('pinned'), seq: z.int().nullable() }),
  z.object({ kind: z.literal('settings') }),
  z.object({ kind: z.literal('banned'), banId: z.string() }),
  z.object({ kind: z.literal('held'), heldId: z.string() }),
  z.object({ kind: z.literal('audited'), entryId: z.string() }),
]);
export type StoredChange = z.output<typeof StoredChange>;

/**
 * The version of a stored change; null if none was stored, either because this is a single node or
 * because nothing changed.
 */
export type ChangeVersion = number | null;
