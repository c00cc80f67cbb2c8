/**
 * Who can use a command. `accounts` stands for the owner, moderators and members; `moderators`
 * stands for the owner and moderators.
 */
export type ForWhom = 'everybody' | 'accounts' | 'moderators' | 'owner';

/** The description of a chat command. */
export type ChatCommandInfo = Readonly<{
  /** The word after the slash. */
  name: string;
  /** The complete syntax, with optional words in brackets. */
  usage: string;
  /** A short description of the effect. */
  does: string;
  forWhom: ForWhom;
}>;

/** All commands, in the order of `/help`. */
export const CHAT_COMMANDS = [
  { name: 'help', usage: '/help', does: 'Lists the available commands', forWhom: 'everybody' },
  { name: 'follow', usage: '/follow', does: 'Follows this channel', forWhom: 'accounts' },
  {
    name: 'unfollow',
    usage: '/unfollow',
    does: 'Unfollows this channel',
    forWhom: 'accounts',
  },
  {
    name: 'timeout',
    usage: '/timeout NAME [10s to 14d] [REASON]',
    does: 'Prevents someone from chatting for a while',
    forWhom: 'moderators',
  },
  {
    name: 'untimeout',
    usage: '/untimeout NAME',
    does: 'Ends a time-out',
    forWhom: 'moderators',
  },
  {
    name: 'ban',
    usage: '/ban NAME [REASON]',
    does: 'Bans someone permanently',
    forWhom: 'moderators',
  },
  { name: 'unban', usage: '/unban NAME', does: 'Lifts a ban', forWhom: 'moderators' },
  {
    name: 'clear',
    usage: '/clear NAME',
    does: 'Deletes someone’s messages',
    forWhom: 'moderators',
  },
  {
    name: 'delete',
    usage: '/delete NUMBER',
    does: 'Deletes a message by its number',
    forWhom: 'moderators',
  },
  {
    name: 'restore',
    usage: '/restore NUMBER',
    does: 'Restores a deleted message',
    forWhom: 'moderators',
  },
  {
    name: 'pin',
    usage: '/pin NUMBER',
    does: 'Pins a message above the chat',
    forWhom: 'moderators',
  },
  { name: 'unpin', usage: '/unpin', does: 'Unpins the pinned message', forWhom: 'moderators' },
  {
    name: 'slow',
    usage: '/slow [0 to 300 | off]',
    does: 'Sets slow mode: the seconds between two messages from one person',
    forWhom: 'moderators',
  },
  {
    name: 'followers',
    usage: '/followers [MINUTES | 2h | 7d | off]',
    does: 'Limits the chat to followers, optionally with a minimum follow age',
    forWhom: 'moderators',
  },
  {
    name: 'registered',
    usage: '/registered [off]',
    does: 'Limits the chat to accounts',
    forWhom: 'moderators',
  },
  {
    name: 'emoji',
    usage: '/emoji [off]',
    does: 'Limits messages to emoji',
    forWhom: 'moderators',
  },
  {
    name: 'holdlinks',
    usage: '/holdlinks [off]',
    does: 'Holds messages with links for approval',
    forWhom: 'moderators',
  },
  {
    name: 'holdfirst',
    usage: '/holdfirst [off]',
    does: 'Holds first messages for approval',
    forWhom: 'moderators',
  },
  { name: 'mod', usage: '/mod USERNAME', does: 'Appoints a moderator', forWhom: 'owner' },
  { name: 'unmod', usage: '/unmod USERNAME', does: 'Dismisses a moderator', forWhom: 'owner' },
] as const satisfies readonly ChatCommandInfo[];

export type ChatCommandName = (typeof CHAT_COMMANDS)[number]['name'];
