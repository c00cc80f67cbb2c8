/** The size of each account's recordings and clips, bytes by account. */
type Usages = ReadonlyMap<string, number>;

/** The inputs of an account's storage limit. */
export type StorageRules = Readonly<{
  /** The limit of all accounts together, bytes; null: unlimited. */
  roomBytes: number | null;
  /** The limit of each account, bytes; null: its fair share of the room. */
  accountBytes: number | null;
  /** The number of accounts that have a channel or store something. */
  accounts: number;
}>;

/** One account leaves at least a fifth of what others don't use, so that a newcomer can record. */
const SHARE = 4 / 5;

/**
 * The storage limit of an account, bytes; null: unlimited. It depends on what others store, except
 * the part above their own limits. So nobody can take everything, and no limit exceeds the room
 * that is left. docs/adr/0021 explains why.
 */
export function storageLimit(
  accountId: string,
  usages: Usages,
  rules: StorageRules,
): number | null {
  const { roomBytes, accountBytes, accounts } = rules;
  if (roomBytes === null) return accountBytes;
  const mostBytes = Math.min(accountBytes ?? roomBytes * SHARE, roomBytes);
  let othersBytes = 0;
  for (const [id, bytes] of usages) if (id !== accountId) othersBytes += Math.min(bytes, mostBytes);
  const leftBytes = Math.max(0, roomBytes - othersBytes);
  if (accountBytes !== null) return Math.min(accountBytes, leftBytes);
  return accounts <= 1 ? leftBytes : leftBytes * SHARE;
}

/** An owner is warned at this fraction of the limit. */
const NEAR = 0.8;

/** `near`: close to the limit; `full`: nothing can be stored until something is deleted. */
export type StorageState = 'ok' | 'near' | 'full';

export function storageState(bytes: number, limitBytes: number | null): StorageState {
  if (limitBytes === null) return 'ok';
  if (bytes >= limitBytes) return 'full';
  return bytes >= limitBytes * NEAR ? 'near' : 'ok';
}
