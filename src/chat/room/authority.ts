import { DomainError } from '../../common/domain-error.js';
import { type Author, authorKey } from '../messages/chat-message.js';
import type { ChatRoom } from './chat-room.js';
import type { ChatSender } from './chat-sender.js';

/** Who does something in a channel, as it is written down. */
export type Actor = Readonly<{ id: string; name: string; author: Author }>;

/** @throws {DomainError} `forbidden` for all but the owner and moderators */
export function moderatorOf(room: ChatRoom, { account, author }: ChatSender): Actor {
  if (account && room.isModerator(author))
    return { id: account.id, name: account.username, author };
  throw new DomainError('forbidden', 'Only the channel’s owner and moderators can do this.');
}

/** @throws {DomainError} `forbidden` for all but the owner */
export function ownerOf(room: ChatRoom, { account, author }: ChatSender): Actor {
  if (account && room.isOwner(author)) return { id: account.id, name: account.username, author };
  throw new DomainError('forbidden', 'Only the channel’s owner can do this.');
}

/** Nobody acts against the owner, and only the owner against moderators. @throws {DomainError} `forbidden` */
export function assertMayActOn(room: ChatRoom, actor: Actor, target: Author): void {
  if (room.isOwner(target))
    throw new DomainError('forbidden', 'Nobody can do this to the channel’s owner.');
  if (room.isModerator(target) && !room.isOwner(actor.author))
    throw new DomainError('forbidden', 'Only the channel’s owner can do this to a moderator.');
}

/** One’s own messages are one’s own to delete. @throws {DomainError} `forbidden` as {@link assertMayActOn} */
export function assertMayDelete(room: ChatRoom, actor: Actor, author: Author): void {
  if (authorKey(author) !== authorKey(actor.author)) assertMayActOn(room, actor, author);
}

/**
 * Who may delete a message may show it again; but what somebody else deleted of one’s own only the
 * owner brings back, or who deleted it. @throws {DomainError} `forbidden`
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
      'Somebody else deleted this: only they or the owner can restore it.',
    );
}
