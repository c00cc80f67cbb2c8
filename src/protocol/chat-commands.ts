/**
 * Who can use a command. `accounts`: owner, moderators and members; `moderators`: moderators and
 * the owner.
 */
export type ForWhom = 'everybody' | 'accounts' | 'moderators' | 'owner';

/** The description of a chat command. */
export type ChatCommandInfo = Readonly<{
  /** The word after the slash. */
  name: string;
  /** The complete syntax; optional words are in brackets. */
  usage: string;
  /** A short description. */
  does: string;
  forWhom: ForWhom;
}>;

/** All commands, in the order of `/help`. */
export const CHAT_COMMANDS = [
  { name: 'help', usage: '/help', does: 'Lists the commands', forWhom: 'everybody' },
  { name: 'follow', usage: '/follow', does: 'Follows this channel', forWhom: 'accounts' },
  {
    name: 'unfollow',
    usage: '/unfollow',
    does: 'Follows this channel no more',
    forWhom: 'accounts',
  },
  {
    name: 'timeout',
    usage: '/timeout NAME [10 s to 14 d] [REASON]',
    does: 'Keeps somebody from writing for a while',
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
    does: 'Keeps somebody from writing for ever',
    forWhom: 'moderators',
  },
  { name: 'unban', usage: '/unban NAME', does: 'Lifts a ban', forWhom: 'moderators' },
  {
    name: 'clear',
    usage: '/clear NAME',
    does: 'Deletes what somebody wrote',
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
    does: 'Shows a deleted message again',
    forWhom: 'moderators',
  },
  {
    name: 'pin',
    usage: '/pin NUMBER',
    does: 'Shows a message over the chat',
    forWhom: 'moderators',
  },
  { name: 'unpin', usage: '/unpin', does: 'Takes down what is pinned', forWhom: 'moderators' },
  {
    name: 'slow',
    usage: '/slow [0 to 300 s | off]',
    does: 'Slow mode: seconds between two messages of one person',
    forWhom: 'moderators',
  },
  {
    name: 'followers',
    usage: '/followers [MINUTES | 2h | 7d | off]',
    does: 'Only followers may write, from this age on',
    forWhom: 'moderators',
  },
  {
    name: 'registered',
    usage: '/registered [off]',
    does: 'Only accounts may write',
    forWhom: 'moderators',
  },
  {
    name: 'emoji',
    usage: '/emoji [off]',
    does: 'Only emoji can be written',
    forWhom: 'moderators',
  },
  {
    name: 'holdlinks',
    usage: '/holdlinks [off]',
    does: 'Messages with links wait for a moderator',
    forWhom: 'moderators',
  },
  {
    name: 'holdfirst',
    usage: '/holdfirst [off]',
    does: 'First messages wait for a moderator',
    forWhom: 'moderators',
  },
  { name: 'mod', usage: '/mod USERNAME', does: 'Appoints a moderator', forWhom: 'owner' },
  { name: 'unmod', usage: '/unmod USERNAME', does: 'Dismisses a moderator', forWhom: 'owner' },
] as const satisfies readonly ChatCommandInfo[];

export type ChatCommandName = (typeof CHAT_COMMANDS)[number]['name'];
