/** The total size of recordings and clips, in bytes, by account. */
type Usages = ReadonlyMap<string, number>;

/** The inputs of an account's storage limit. */
export type StorageRules = Readonly<{
  /** The limit of all accounts together, in bytes; null if unlimited. */
  roomBytes: number | null;
  /** The limit of each account, in bytes; null for a fair share of the space. */
  accountBytes: number | null;
  /** The number of accounts that have a channel or store something. */
  accounts: number;
}>;

/**
 * The share of the space left by other accounts that an account may use. The rest is left for new
 * accounts.
 */
const SHARE = 4 / 5;

/**
 * Returns the storage limit of an account in bytes; null if unlimited. The limit depends on the
 * other accounts' usage, which counts only up to their own limits. Therefore no account can take up
 * the others' space, and no limit exceeds the remaining space. docs/adr/0021 explains why.
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

/** Owners are warned at this fraction of the limit. */
const NEAR = 0.8;

/** `near`: close to the limit. `full`: nothing can be stored until something is deleted. */
export type StorageState = 'ok' | 'near' | 'full';

export function storageState(bytes: number, limitBytes: number | null): StorageState {
  if (limitBytes === null) return 'ok';
  if (bytes >= limitBytes) return 'full';
  return bytes >= limitBytes * NEAR ? 'near' : 'ok';
}
