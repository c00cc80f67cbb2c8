import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { AuditEntry } from '../../protocol/chat-moderation.js';
import type { StoredMessage } from '../messages/chat-message.js';
import type { ChatRoom } from '../room/chat-room.js';
import { RoomFollower } from '../room/room-follower.js';
import type { ChatSender } from '../room/chat-sender.js';
import { ChatRepository } from '../messages/chat.repository.js';
import { RoomRepository } from '../room/room.repository.js';
import { AuditLog } from './audit-log.js';
import { type Actor, assertMayDelete, assertMayRestore, moderatorOf } from '../room/authority.js';
import { Bans } from './bans.js';
import { DeletionRepository } from './deletion.repository.js';
import { PersonFinder, type PersonTarget } from './person-finder.js';

/** The maximum number of one person's messages deleted at once, newest first. */
const CLEAR_MAX = 1_000;

/** Moderates messages. Throws `forbidden` for everybody except the owner and moderators. */
@Injectable()
export class Moderation {
  // oxlint-disable-next-line max-params -- Injected by Nest: the services that moderation affects,
  // the log and the clock.
  constructor(
    private readonly messages: ChatRepository,
    private readonly deletions: DeletionRepository,
    private readonly settings: RoomRepository,
    private readonly people: PersonFinder,
    private readonly bans: Bans,
    private readonly follower: RoomFollower,
    private readonly audit: AuditLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Deletes a message, after which only moderators can see its text. Has no effect on a message
   * that is already deleted.
   * @throws {DomainError} `message_not_found`
   */
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

  /** @throws {DomainError} `message_not_found`, including if the message isn't deleted */
  async restore(room: ChatRoom, sender: ChatSender, seq: number): Promise<void> {
    const actor = moderatorOf(room, sender);
    await this.#assertMayRestore(room, actor, [seq]);
    this.audit.reserve(room, actor, 'restore');
    if ((await this.#restore(room, actor, [seq])) === 0)
      throw new DomainError('message_not_found', 'Message not found, or it isn’t deleted.');
  }

  /**
   * Deletes a person's newest messages; resolves with the number of deleted messages.
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

  /**
   * Pins a message above the chat, or unpins it if `seq` is null.
   * @throws {DomainError} `message_not_found`
   */
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
   * Undoes the action of an audit log entry.
   * @throws {DomainError} `not_found`; `conflict` if the action can't be undone or was already
   *   undone
   */
  async undo(room: ChatRoom, sender: ChatSender, entryId: string): Promise<AuditEntry> {
    const actor = moderatorOf(room, sender);
    this.audit.reserve(room, actor, 'restore');
    const { entry, detail } = await this.audit.markUndone(room, entryId, async (found) => {
      if (found.kind === 'messages') await this.#assertMayRestore(room, actor, found.seqs);
    });
    if (detail.kind === 'messages') await this.#restore(room, actor, detail.seqs);
    if (detail.kind === 'ban') await this.bans.lift(room, actor, detail.banId);
    return entry;
  }

  /** Resolves with the seqs of the messages that were not already deleted. */
  async #delete(room: ChatRoom, actor: Actor, seqs: readonly number[]): Promise<number[]> {
    const at = new Date(this.clock.nowMs());
    const { deleted, version } = await this.deletions.delete(room.id, seqs, { byId: actor.id, at });
    if (deleted.length > 0)
      await this.follower.tell(room, version, { kind: 'deleted', seqs: deleted });
    return deleted;
  }

  /** @throws {DomainError} `forbidden` if the actor isn't allowed to restore one of the messages */
  async #assertMayRestore(room: ChatRoom, actor: Actor, seqs: readonly number[]): Promise<void> {
    for (const message of await this.deletions.deleted(room.id, seqs))
      assertMayRestore(room, actor, message);
  }

  /** Resolves with the number of restored messages. */
  async #restore(room: ChatRoom, actor: Actor, seqs: readonly number[]): Promise<number> {
    const { messages, version } = await this.deletions.restore(room.id, seqs);
    const [first] = messages;
    if (!first) return 0;
    await this.follower.tell(room, version, { kind: 'restored', messages });
    await this.audit.record(room, actor, {
      action: 'restore',
      target: messages.length === 1 ? summary(first) : `${first.name}: ${messages.length} messages`,
    });
    return messages.length;
  }

  async #pin(room: ChatRoom, message: StoredMessage | null): Promise<void> {
    const version = await this.settings.pin(room.id, message?.seq ?? null);
    await this.follower.tell(room, version, { kind: 'pinned', message });
  }

  async #find(room: ChatRoom, seq: number): Promise<StoredMessage> {
    const message = await this.messages.find(room.id, seq);
    if (!message) throw noMessage();
    return message;
  }
}

function noMessage(): DomainError {
  return new DomainError('message_not_found', 'Message not found.');
}

/** Formats a message for the audit log. */
function summary({ name, text }: Pick<StoredMessage, 'name' | 'text'>): string {
  return `${name}: ${text.slice(0, 100).toWellFormed()}`;
}
