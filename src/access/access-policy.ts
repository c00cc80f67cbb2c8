import type { Visibility } from '../protocol/access.js';

/** The cached information about who can watch a channel; the input to {@link decide}. */
export type ChannelAccess = Readonly<{
  id: string;
  name: string;
  ownerId: string;
  /** The visibility in force: the channel's, or that of the running broadcast if it is stricter. */
  visibility: Visibility;
  /** The channel's own visibility. */
  ofChannel: Visibility;
  /**
   * The running and ended broadcasts whose own visibility is `password` or `private`: their
   * visibility by id.
   */
  closedBroadcasts: ReadonlyMap<string, Visibility>;
  /**
   * Whether the channel has a password, which also protects its broadcasts, recordings and clips.
   */
  hasPassword: boolean;
  /** The access version, which is incremented to invalidate earlier passes and tokens. */
  version: number;
  /** The accounts on the member list. Loaded only if something in the channel is protected. */
  members: ReadonlySet<string>;
  moderators: ReadonlySet<string>;
  /**
   * The ids of permanently banned accounts and guests. Loaded only if something in the channel is
   * protected.
   */
  banned: ReadonlySet<string>;
  /**
   * The hashes of addresses at which someone was banned within the last {@link ADDRESS_BAN_MS}.
   * Guests at these addresses are refused.
   */
  bannedAddresses: ReadonlySet<string>;
  /** The disabled accounts among those that requested access. */
  disabled: ReadonlySet<string>;
  /** The ended sessions and API tokens among those that were used for access. */
  endedSessions: ReadonlySet<string>;
}>;

/** Proof that someone entered a channel's password. */
export type Pass = Readonly<{
  /** The channel's access version when the password was entered. */
  version: number;
  /** The id of the account or guest who entered the password. */
  holder: string;
}>;

/** The caller whose access is decided. */
export type Asker = Readonly<{
  accountId: string | null;
  guestId: string;
  /** The hash of a guest's address; null for an account, or if unknown. */
  addressHash: string | null;
  /** The presented passes for this channel, which someone else may have obtained. */
  passes: readonly Pass[];
}>;

/** For `not_found`, the response must be exactly the same as for a channel that does not exist. */
export type Decision = 'allowed' | 'password_needed' | 'not_found';

/** Decides whether a caller can see and watch a channel and read its chat. */
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

/**
 * Returns a pass for the current version whose holder is neither banned nor disabled, if there is
 * one.
 */
export function passThatCounts(
  channel: ChannelAccess,
  { passes }: Pick<Asker, 'passes'>,
): Pass | undefined {
  return passes.find(
    ({ version, holder }) => version === channel.version && !isShutOut(channel, holder),
  );
}

/** The visibilities, from the widest audience to the narrowest. */
const ORDER: readonly Visibility[] = ['public', 'unlisted', 'password', 'private'];

/** Returns the visibility with the narrower audience. */
export function stricter(a: Visibility, b: Visibility): Visibility {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

/**
 * Returns the access to a part of a channel that has its own visibility: a broadcast, a recording
 * or a clip.
 */
export function narrowed(channel: ChannelAccess, visibility: Visibility): ChannelAccess {
  return { ...channel, visibility: stricter(channel.ofChannel, visibility) };
}

/** Whether knowing the channel's URL is not enough to watch. */
export function isProtected({ visibility }: Pick<ChannelAccess, 'visibility'>): boolean {
  return visibility === 'password' || visibility === 'private';
}

/**
 * Whether the caller is banned. Accounts are matched only by id. Guests are matched by device,
 * address and the holders of their passes; all three are checked, because a guest can withhold any
 * of them.
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
