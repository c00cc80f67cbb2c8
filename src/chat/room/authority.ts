import { DomainError } from '../../common/domain-error.js';
import { type Author, authorKey } from '../messages/chat-message.js';
import type { ChatRoom } from './chat-room.js';
import type { ChatSender } from './chat-sender.js';

/** The owner or moderator who performs an action, as recorded in the audit log. */
export type Actor = Readonly<{ id: string; name: string; author: Author }>;

/** @throws {DomainError} `forbidden` for everyone except the owner and moderators */
export function moderatorOf(room: ChatRoom, { account, author }: ChatSender): Actor {
  if (account && room.isModerator(author))
    return { id: account.id, name: account.username, author };
  throw new DomainError('forbidden', 'Only the channel’s owner and moderators can do this.');
}

/** @throws {DomainError} `forbidden` for everyone except the owner */
export function ownerOf(room: ChatRoom, { account, author }: ChatSender): Actor {
  if (account && room.isOwner(author)) return { id: account.id, name: account.username, author };
  throw new DomainError('forbidden', 'Only the channel’s owner can do this.');
}

/**
 * Checks that the actor may act on a target. Nobody may act on the owner, and only the owner may
 * act on moderators.
 * @throws {DomainError} `forbidden`
 */
export function assertMayActOn(room: ChatRoom, actor: Actor, target: Author): void {
  if (room.isOwner(target))
    throw new DomainError('forbidden', 'Nobody can do this to the channel’s owner.');
  if (room.isModerator(target) && !room.isOwner(actor.author))
    throw new DomainError('forbidden', 'Only the channel’s owner can do this to a moderator.');
}

/**
 * Checks that the actor may delete a message by this author. Moderators may always delete their own
 * messages; for other people's messages, {@link assertMayActOn} applies.
 * @throws {DomainError} `forbidden`
 */
export function assertMayDelete(room: ChatRoom, actor: Actor, author: Author): void {
  if (authorKey(author) !== authorKey(actor.author)) assertMayActOn(room, actor, author);
}

/**
 * Anyone who may delete a message may restore it, except that moderators can't restore their own
 * messages that somebody else deleted; only that person and the owner can.
 * @throws {DomainError} `forbidden`
 */
export function assertMayRestore(
  room: ChatRoom,
  actor: Actor,
  { author, deletedById }: Readonly<{ author: Author; deletedById: string | null }>,
): void {
  assertMayDelete(room, actor, author);
  const isOwn = authorKey(author) === authorKey(actor.author);
  if (isOwn && deletedById !== actor.id && !room.isOwner(actor.author))
    throw new DomainError(
      'forbidden',
      'Somebody else deleted this message. Only they or the owner can restore it.',
    );
}
