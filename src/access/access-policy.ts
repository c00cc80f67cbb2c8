import type { Visibility } from '../protocol/access.js';

/** Who can watch a channel, as cached: the input of {@link decide}. */
export type ChannelAccess = Readonly<{
  id: string;
  name: string;
  ownerId: string;
  /** The visibility in force: the channel's, or that of the running broadcast if it is stricter. */
  visibility: Visibility;
  /** The channel's own visibility. */
  ofChannel: Visibility;
  /** Running and ended broadcasts that are `password` or `private` themselves, by id. */
  closedBroadcasts: ReadonlyMap<string, Visibility>;
  /** Whether the channel has a password, for itself or its broadcasts, recordings and clips. */
  hasPassword: boolean;
  /** Incremented to invalidate passes and tokens issued before. */
  version: number;
  /** Accounts on the member list; used while something is private. */
  members: ReadonlySet<string>;
  moderators: ReadonlySet<string>;
  /**
   * Ids of permanently banned accounts and guests. Only loaded while something of the channel is
   * protected.
   */
  banned: ReadonlySet<string>;
  /**
   * Hashes of addresses from which someone was banned within {@link ADDRESS_BAN_MS}: guests from
   * there are refused.
   */
  bannedAddresses: ReadonlySet<string>;
  /** Those of the accounts that asked which are disabled. */
  disabled: ReadonlySet<string>;
}>;

/** Proof that someone entered a channel's password. */
export type Pass = Readonly<{
  /** The version of the channel's access that the password was entered for. */
  version: number;
  /** Id of the account or guest who entered it. */
  holder: string;
}>;

/** The caller whose access is decided. */
export type Asker = Readonly<{
  accountId: string | null;
  guestId: string;
  /** Hash of a guest's address; null: an account, or unknown. */
  addressHash: string | null;
  /** Passes for this channel, whoever entered its password. */
  passes: readonly Pass[];
}>;

/** `not_found`: answered exactly as for a channel that does not exist. */
export type Decision = 'allowed' | 'password_needed' | 'not_found';

/** Decides whether a caller (owner, moderator or anyone else) can see, watch and read a channel. */
export function decide(channel: ChannelAccess | null, asker: Asker): Decision {
  if (channel === null) return 'not_found';
  if (!isProtected(channel)) return 'allowed';
  const accountId =
    asker.accountId !== null && channel.disabled.has(asker.accountId) ? null : asker.accountId;
  // A disabled account is not treated as a guest, who could enter the password.
  if (asker.accountId !== null && accountId === null) return 'not_found';
  if (accountId !== null && accountId === channel.ownerId) return 'allowed';
  if (isBanned(channel, asker)) return 'not_found';
  if (accountId !== null && channel.moderators.has(accountId)) return 'allowed';
  if (channel.visibility === 'private')
    return accountId !== null && channel.members.has(accountId) ? 'allowed' : 'not_found';
  return passThatCounts(channel, asker) ? 'allowed' : 'password_needed';
}

/** Returns a pass of the current version whose holder is neither banned nor disabled, if any. */
export function passThatCounts(
  channel: ChannelAccess,
  { passes }: Pick<Asker, 'passes'>,
): Pass | undefined {
  return passes.find(
    ({ version, holder }) => version === channel.version && !isShutOut(channel, holder),
  );
}

/** From the widest audience to the narrowest. */
const ORDER: readonly Visibility[] = ['public', 'unlisted', 'password', 'private'];

/** Returns the visibility with the narrower audience. */
export function stricter(a: Visibility, b: Visibility): Visibility {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

/**
 * Returns the access of a part of a channel with its own visibility: a broadcast, a recording or a
 * clip.
 */
export function narrowed(channel: ChannelAccess, visibility: Visibility): ChannelAccess {
  return { ...channel, visibility: stricter(channel.ofChannel, visibility) };
}

/** Whether the address alone is not enough to watch. */
export function isProtected({ visibility }: Pick<ChannelAccess, 'visibility'>): boolean {
  return visibility === 'password' || visibility === 'private';
}

/**
 * Accounts are matched by id alone. Guests are matched by device, address and the holders of their
 * passes: a guest can leave out any of these, so each is checked.
 */
function isBanned(channel: ChannelAccess, asker: Asker): boolean {
  const { accountId, guestId, addressHash, passes } = asker;
  if (accountId !== null) return channel.banned.has(accountId);
  if (channel.banned.has(guestId)) return true;
  if (addressHash !== null && channel.bannedAddresses.has(addressHash)) return true;
  return passes.some(({ holder }) => isShutOut(channel, holder));
}

function isShutOut({ banned, disabled }: ChannelAccess, id: string): boolean {
  return banned.has(id) || disabled.has(id);
}
