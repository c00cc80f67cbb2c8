import type { Visibility } from '../protocol/access.js';

/** Who may watch one channel, as it is in memory: what {@link decide} goes by. */
export type ChannelAccess = Readonly<{
  id: string;
  name: string;
  ownerId: string;
  /** What counts now: the channel's own, or that of the broadcast that is on, if that lets fewer. */
  visibility: Visibility;
  /** The channel's own. */
  ofChannel: Visibility;
  /** Broadcasts with a password or a list of their own accord, those that are over too, by id. */
  closedBroadcasts: ReadonlyMap<string, Visibility>;
  /** Whether the channel has a password that something of it can be put behind. */
  hasPassword: boolean;
  /** Raised when what was given out before (passes, tokens) is void. */
  version: number;
  /** Accounts on the list; of use while it is private. */
  members: ReadonlySet<string>;
  moderators: ReadonlySet<string>;
  /** Banned for ever, accounts' ids and guests' ids. Only kept while something of the channel is protected. */
  banned: ReadonlySet<string>;
  /** Hashes of addresses that somebody was banned at within {@link ADDRESS_BAN_MS}: guests are not let in from there. */
  bannedAddresses: ReadonlySet<string>;
  /** Of the accounts that asked, those that are disabled. */
  disabled: ReadonlySet<string>;
}>;

/** Proof that somebody typed a channel's password. */
export type Pass = Readonly<{
  /** The version of the channel's access that the password was typed for. */
  version: number;
  /** Who typed it: an account's id, or a guest's. */
  holder: string;
}>;

/** Who wants in. */
export type Asker = Readonly<{
  accountId: string | null;
  guestId: string;
  /** Hash of the address that a guest asks from; null: an account, or not known. */
  addressHash: string | null;
  /** For this channel, whoever typed its password. */
  passes: readonly Pass[];
}>;

/** `not_found`: what is said of a channel that isn't there, word for word. */
export type Decision = 'allowed' | 'password_needed' | 'not_found';

/** What a channel's owner, moderators and everybody else may see, watch and read of it. */
export function decide(channel: ChannelAccess | null, asker: Asker): Decision {
  if (channel === null) return 'not_found';
  if (!isProtected(channel)) return 'allowed';
  const accountId =
    asker.accountId !== null && channel.disabled.has(asker.accountId) ? null : asker.accountId;
  // A disabled account is nobody, not a guest who may try the password.
  if (asker.accountId !== null && accountId === null) return 'not_found';
  if (accountId !== null && accountId === channel.ownerId) return 'allowed';
  if (isBanned(channel, asker)) return 'not_found';
  if (accountId !== null && channel.moderators.has(accountId)) return 'allowed';
  if (channel.visibility === 'private')
    return accountId !== null && channel.members.has(accountId) ? 'allowed' : 'not_found';
  return passThatCounts(channel, asker) ? 'allowed' : 'password_needed';
}

/** A pass of the present version whose holder may still be in; undefined when there is none. */
export function passThatCounts(
  channel: ChannelAccess,
  { passes }: Pick<Asker, 'passes'>,
): Pass | undefined {
  return passes.find(
    ({ version, holder }) => version === channel.version && !isShutOut(channel, holder),
  );
}

/** From everybody to few. */
const ORDER: readonly Visibility[] = ['public', 'unlisted', 'password', 'private'];

/** That of two for which fewer are let in. */
export function stricter(a: Visibility, b: Visibility): Visibility {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

/** What decides about something of a channel that has a visibility of its own: a broadcast, a recording, a clip. */
export function narrowed(channel: ChannelAccess, visibility: Visibility): ChannelAccess {
  return { ...channel, visibility: stricter(channel.ofChannel, visibility) };
}

/** Whether not everybody who has the address may watch. */
export function isProtected({ visibility }: Pick<ChannelAccess, 'visibility'>): boolean {
  return visibility === 'password' || visibility === 'private';
}

/**
 * An account is banned by its id alone. A guest is whoever their device, their address or a pass that
 * they bring says they are: each can be left at home, so each is asked.
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
