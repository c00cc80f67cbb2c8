/** What the recordings and clips of each account take, bytes by account. */
type Usages = ReadonlyMap<string, number>;

/** What decides how much one account may store. */
export type StorageRules = Readonly<{
  /** What all accounts may take together, bytes; null: there is no bound. */
  roomBytes: number | null;
  /** What one may take, bytes; null: its fair share of the room. */
  accountBytes: number | null;
  /** Accounts that have a channel, or have something stored. */
  accounts: number;
}>;

/** One account leaves at least a fifth of what others don't take, so that whoever comes next can record. */
const SHARE = 4 / 5;

/**
 * How much an account may store, bytes; null: as much as there is. It depends on what others store, but for what is
 * beyond anything they may: so nobody can take all, and no bound ever asks for more than what the room has left.
 * docs/adr/0021 says why it is so.
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

/** At so much of what an account may take, its owner is warned. */
const NEAR = 0.8;

/** `near`: soon; `full`: nothing more can be stored before something goes. */
export type StorageState = 'ok' | 'near' | 'full';

export function storageState(bytes: number, limitBytes: number | null): StorageState {
  if (limitBytes === null) return 'ok';
  if (bytes >= limitBytes) return 'full';
  return bytes >= limitBytes * NEAR ? 'near' : 'ok';
}
