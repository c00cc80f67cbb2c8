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
  /** Of the accounts that asked, those that are disabled. */
  disabled: ReadonlySet<string>;
}>;

/** Who wants in. */
export type Asker = Readonly<{
  accountId: string | null;
  guestId: string;
  /** The newest version of the channel's access that they typed its password for; null: never. */
  unlockedVersion: number | null;
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
  return asker.unlockedVersion === channel.version ? 'allowed' : 'password_needed';
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

function isBanned({ banned }: ChannelAccess, { accountId, guestId }: Asker): boolean {
  return banned.has(accountId ?? guestId);
}
