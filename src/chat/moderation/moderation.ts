import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { AuditEntry } from '../../protocol/chat-moderation.js';
import { quoteOf, type StoredMessage, viewOf } from '../messages/chat-message.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import type { ChatSender } from '../room/chat-sender.js';
import { ChatViews, shownTo } from '../messages/chat-views.js';
import { ChatRepository } from '../messages/chat.repository.js';
import { RoomRepository } from '../room/room.repository.js';
import { AuditLog } from './audit-log.js';
import { type Actor, assertMayDelete, assertMayRestore, moderatorOf } from '../room/authority.js';
import { Bans } from './bans.js';
import { DeletionRepository } from './deletion.repository.js';
import { PersonFinder, type PersonTarget } from './person-finder.js';

/** Of one sender, so many of the newest messages are deleted at once. */
const CLEAR_MAX = 1_000;
/** Nobody: views for everybody are nobody's in particular. */
const EVERYBODY = { author: { accountId: null, guestId: null }, forModerators: false };

/** What owner and moderators do about messages. All of it throws `forbidden` for anybody else. */
@Injectable()
export class Moderation {
  // oxlint-disable-next-line max-params -- Nest's injection: what is changed, who is told, and the clock.
  constructor(
    private readonly messages: ChatRepository,
    private readonly deletions: DeletionRepository,
    private readonly settings: RoomRepository,
    private readonly people: PersonFinder,
    private readonly bans: Bans,
    private readonly rooms: ChatRooms,
    private readonly views: ChatViews,
    private readonly audit: AuditLog,
    private readonly access: AccessService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Empties a message for everybody else; again does nothing. @throws {DomainError} `message_not_found` */
  async delete(room: ChatRoom, sender: ChatSender, seq: number): Promise<void> {
    const actor = moderatorOf(room, sender);
    const message = await this.#find(room, seq);
    assertMayDelete(room, actor, message);
    this.audit.reserve(room, actor, 'delete');
    if ((await this.#delete(room, actor, [seq])).length === 0) return;
    await this.audit.record(room, actor, {
      action: 'delete',
      target: summary(message),
      detail: { kind: 'messages', seqs: [seq] },
    });
  }

  /** @throws {DomainError} `message_not_found`, also for one that isn't deleted */
  async restore(room: ChatRoom, sender: ChatSender, seq: number): Promise<void> {
    const actor = moderatorOf(room, sender);
    await this.#assertMayRestore(room, actor, [seq]);
    this.audit.reserve(room, actor, 'restore');
    if ((await this.#restore(room, actor, [seq])) === 0)
      throw new DomainError('message_not_found', 'There is no such deleted message.');
  }

  /**
   * Deletes what somebody wrote; resolves with how many messages that were.
   * @throws {DomainError} `message_not_found`, `account_not_found`
   */
  async clear(room: ChatRoom, sender: ChatSender, target: PersonTarget): Promise<number> {
    const actor = moderatorOf(room, sender);
    const { author, name } = await this.people.find(room, target);
    assertMayDelete(room, actor, author);
    this.audit.reserve(room, actor, 'clear');
    const seqs = await this.deletions.seqsOf(room.id, author, CLEAR_MAX);
    const deleted = await this.#delete(room, actor, seqs);
    if (deleted.length > 0)
      await this.audit.record(room, actor, {
        action: 'clear',
        target: name,
        detail: { kind: 'messages', seqs: deleted },
      });
    return deleted.length;
  }

  /** Shows a message over the chat; null takes down what is there. @throws {DomainError} `message_not_found` */
  async pin(room: ChatRoom, sender: ChatSender, seq: number | null): Promise<void> {
    const actor = moderatorOf(room, sender);
    const message = seq === null ? null : await this.#find(room, seq);
    if (message && message.deletedAt !== null) throw noMessage();
    const before = room.pinned;
    if (before?.seq === message?.seq) return;
    this.audit.reserve(room, actor, message ? 'pin' : 'unpin');
    await this.#pin(room, message);
    const shown = message ?? before;
    await this.audit.record(room, actor, {
      action: message ? 'pin' : 'unpin',
      target: shown ? summary(shown) : '',
    });
  }

  /**
   * Undoes what an entry of the audit log says.
   * @throws {DomainError} `not_found`; `conflict` when it can't be undone, or was already
   */
  async undo(room: ChatRoom, sender: ChatSender, entryId: string): Promise<AuditEntry> {
    const actor = moderatorOf(room, sender);
    this.audit.reserve(room, actor, 'restore');
    const { entry, detail } = await this.audit.takeBack(room, entryId, async (found) => {
      if (found.kind === 'messages') await this.#assertMayRestore(room, actor, found.seqs);
    });
    if (detail.kind === 'messages') await this.#restore(room, actor, detail.seqs);
    if (detail.kind === 'ban') await this.bans.lift(room, actor, detail.banId);
    return entry;
  }

  /** Resolves with the seqs of those that were not deleted before. */
  async #delete(room: ChatRoom, actor: Actor, seqs: readonly number[]): Promise<number[]> {
    const at = new Date(this.clock.nowMs());
    const messages = await this.deletions.delete(room.id, seqs, { byId: actor.id, at });
    if (messages.length === 0) return [];
    room.forget(messages);
    const deleted = messages.map(({ seq }) => seq);
    this.rooms.events.emit('deleted', room, deleted);
    if (room.pinned && deleted.includes(room.pinned.seq)) await this.#pin(room, null);
    return deleted;
  }

  /** @throws {DomainError} `forbidden` when one of those that are deleted is not for the actor to restore */
  async #assertMayRestore(room: ChatRoom, actor: Actor, seqs: readonly number[]): Promise<void> {
    for (const message of await this.deletions.deleted(room.id, seqs))
      assertMayRestore(room, actor, message);
  }

  /** Resolves with how many were deleted before. */
  async #restore(room: ChatRoom, actor: Actor, seqs: readonly number[]): Promise<number> {
    const messages = await this.deletions.restore(room.id, seqs);
    const [first] = messages;
    if (!first) return 0;
    for (const message of messages) if (room.quote(message.seq)) room.remember(quoteOf(message));
    const closed = await this.access.restrictedBroadcasts(room.channel.name);
    const views = await this.views.of(room.id, messages, { ...EVERYBODY, closed });
    this.rooms.events.emit('restored', room, views);
    await this.audit.record(room, actor, {
      action: 'restore',
      target: messages.length === 1 ? summary(first) : `${first.name}: ${messages.length} messages`,
    });
    return messages.length;
  }

  async #pin(room: ChatRoom, message: StoredMessage | null): Promise<void> {
    await this.settings.pin(room.id, message?.seq ?? null);
    room.pinned = message;
    const closed = await this.access.restrictedBroadcasts(room.channel.name);
    this.rooms.events.emit('pinned', room, message && viewOf(shownTo(message, closed)));
  }

  async #find(room: ChatRoom, seq: number): Promise<StoredMessage> {
    const message = await this.messages.find(room.id, seq);
    if (!message) throw noMessage();
    return message;
  }
}

function noMessage(): DomainError {
  return new DomainError('message_not_found', 'There is no such message.');
}

/** A message as the log shows it. */
function summary({ name, text }: Pick<StoredMessage, 'name' | 'text'>): string {
  return `${name}: ${text.slice(0, 100).toWellFormed()}`;
}
