import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { ChatBanView } from '../protocol/chat.js';
import type { ChatRoom } from './chat-room.js';
import { ChatRooms } from './chat-rooms.js';
import { ChatRepository, type StoredBan } from './chat.repository.js';

/** A list of bans holds so many at most, the newest. */
const BANS_LISTED = 1_000;

/** What a channel's owner may do in its chat. All of it throws `forbidden` for anybody else. */
@Injectable()
export class Moderation {
  readonly #repository: ChatRepository;
  readonly #rooms: ChatRooms;
  readonly #clock: Clock;

  constructor(repository: ChatRepository, rooms: ChatRooms, @Inject(CLOCK) clock: Clock) {
    this.#repository = repository;
    this.#rooms = rooms;
    this.#clock = clock;
  }

  /** Empties a message everywhere. @throws {DomainError} `message_not_found` */
  async delete(room: ChatRoom, identity: Identity, seq: number): Promise<void> {
    const at = { byId: ownerOf(room, identity), at: new Date(this.#clock.nowMs()) };
    if (!(await this.#repository.delete(room.id, seq, at))) throw noMessage();
    room.forget(seq);
    this.#rooms.events.emit('messageDeleted', room, seq);
  }

  /**
   * Keeps the sender of a message from writing; one who is banned already stays so.
   * @throws {DomainError} `message_not_found`, also when the sender's account is gone; `forbidden` for
   * a message of one's own
   */
  async ban(room: ChatRoom, identity: Identity, seq: number): Promise<ChatBanView> {
    const byId = ownerOf(room, identity);
    const message = await this.#repository.find(room.id, seq);
    if (!message || (message.accountId === null && message.guestId === null)) throw noMessage();
    if (room.isOwner(message))
      throw new DomainError('forbidden', 'You can’t ban yourself from your own chat.');
    const at = new Date(this.#clock.nowMs());
    const ban = await this.#repository.ban(room.id, message, { byId, at });
    room.ban(ban);
    this.#rooms.events.emit('banChanged', room, ban, true);
    return banView(ban);
  }

  /** @throws {DomainError} `not_found` when there is no such ban (any more) */
  async unban(room: ChatRoom, identity: Identity, banId: string): Promise<void> {
    ownerOf(room, identity);
    const ban = await this.#repository.unban(room.id, banId);
    if (!ban) throw new DomainError('not_found', 'There is no such ban.');
    room.unban(ban);
    this.#rooms.events.emit('banChanged', room, ban, false);
  }

  /** The newest first. */
  async bans(room: ChatRoom, identity: Identity): Promise<ChatBanView[]> {
    ownerOf(room, identity);
    return (await this.#repository.bans(room.id, BANS_LISTED)).map(banView);
  }
}

function ownerOf({ channel }: ChatRoom, { account }: Identity): string {
  if (account?.id === channel.ownerId) return account.id;
  throw new DomainError('forbidden', 'Only the channel’s owner can do this.');
}

function noMessage(): DomainError {
  return new DomainError('message_not_found', 'There is no such message.');
}

function banView({ id, name, accountId, createdAt }: StoredBan): ChatBanView {
  const role = accountId === null ? 'guest' : 'member';
  return { id, name, role, createdAt: createdAt.toISOString() };
}
