import { Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { assertNever } from '../../protocol/assert-never.js';
import { HeldRepository } from '../held/held.repository.js';
import { quoteOf, type StoredMessage, viewOf } from '../messages/chat-message.js';
import { ChatViews, shownTo } from '../messages/chat-views.js';
import { ChatRepository } from '../messages/chat.repository.js';
import { AuditRepository } from '../moderation/audit.repository.js';
import { BanRepository } from './ban.repository.js';
import type { ChatRoom } from './chat-room.js';
import { ChatRooms } from './chat-rooms.js';
import type { RoomChange } from './room-change.js';
import type { StoredChange } from './stored-change.js';
import { RoomRepository } from './room.repository.js';

/** The reader to use for views that are sent to everyone. */
const EVERYBODY = { author: { accountId: null, guestId: null }, forModerators: false };

/**
 * Applies committed changes to a room in memory, and notifies the affected clients on this node.
 */
@Injectable()
export class RoomChanges {
  // oxlint-disable-next-line max-params -- Injected by Nest: the rooms, and the repositories with
  // the data to which changes refer.
  constructor(
    private readonly rooms: ChatRooms,
    private readonly settings: RoomRepository,
    private readonly messages: ChatRepository,
    private readonly views: ChatViews,
    private readonly bans: BanRepository,
    private readonly held: HeldRepository,
    private readonly audit: AuditRepository,
    private readonly access: AccessService,
  ) {}

  async apply(room: ChatRoom, change: RoomChange): Promise<void> {
    switch (change.kind) {
      case 'deleted':
        return this.#deleted(room, change.seqs);
      case 'restored':
        return this.#restored(room, change.messages);
      case 'pinned':
        return this.#pinned(room, change.message);
      case 'settings': {
        const wasRegisteredOnly = room.rules.rules.registeredOnly;
        room.configure(change.settings);
        const forGuests = room.rules.rules.registeredOnly !== wasRegisteredOnly;
        return this.rooms.reportRules(room, { forGuests });
      }
      case 'banned': {
        const { accountId, guestId, addressHashes, reason } = change.ban;
        room.bans.add(change.ban);
        const person = { author: { accountId, guestId }, addressHashes };
        return this.rooms.reportPerson(room, person, reason);
      }
      case 'unbanned':
        room.bans.remove(change.author);
        return this.rooms.reportPerson(room, change);
      case 'moderator': {
        const { accountId, appointed } = change;
        if (appointed) room.appoint(accountId);
        else room.dismiss(accountId);
        const person = { author: { accountId, guestId: null }, addressHashes: [] };
        return this.rooms.reportPerson(room, person);
      }
      case 'held':
        return this.rooms.reportHeld(room, change.held);
      case 'judged':
        return this.rooms.reportJudged(room, change);
      case 'audited':
        return this.rooms.reportAudited(room, change.entry);
      case 'reactions':
        return this.rooms.reportReactions(room, change.counts);
      default:
        return assertNever(change);
    }
  }

  /**
   * Applies a stored change from any node, including its effect on who can watch. If the change
   * refers to something that no longer exists, the room remains unchanged.
   */
  async follow(room: ChatRoom, change: StoredChange): Promise<void> {
    const complete = await this.#complete(room.id, change);
    if (complete) await this.apply(room, complete);
    const { kind } = change;
    if (kind === 'banned' || kind === 'unbanned' || kind === 'moderator')
      this.access.changedElsewhere(room.channel.name);
  }

  /** Reads what a change refers to; null if a later change has removed it. */
  async #complete(channelId: string, change: StoredChange): Promise<RoomChange | null> {
    switch (change.kind) {
      case 'restored': {
        const found = await this.messages.findAll(channelId, change.seqs);
        const messages = found.filter(({ deletedAt }) => deletedAt === null);
        return { kind: 'restored', messages: messages.toSorted((a, b) => a.seq - b.seq) };
      }
      case 'pinned': {
        if (change.seq === null) return { kind: 'pinned', message: null };
        const message = await this.messages.find(channelId, change.seq);
        return message && { kind: 'pinned', message };
      }
      case 'settings':
        return { kind: 'settings', settings: await this.settings.settings(channelId) };
      case 'banned': {
        const ban = await this.bans.find(channelId, change.banId);
        return ban && { kind: 'banned', ban };
      }
      case 'held': {
        const held = await this.held.find(channelId, change.heldId);
        return held && { kind: 'held', held };
      }
      case 'audited': {
        const entry = await this.audit.find(channelId, change.entryId);
        return entry && { kind: 'audited', entry };
      }
      default:
        return change;
    }
  }

  #deleted(room: ChatRoom, seqs: readonly number[]): void {
    this.rooms.reportDeleted(room, seqs);
    if (room.pinned && seqs.includes(room.pinned.seq)) this.rooms.pin(room, null, null);
  }

  async #restored(room: ChatRoom, messages: readonly StoredMessage[]): Promise<void> {
    if (messages.length === 0) return;
    for (const message of messages) if (room.quote(message.seq)) room.remember(quoteOf(message));
    const closed = await this.access.restrictedBroadcasts(room.channel.name);
    const views = await this.views.of(room.id, messages, { ...EVERYBODY, closed });
    this.rooms.reportRestored(room, views);
  }

  async #pinned(room: ChatRoom, message: StoredMessage | null): Promise<void> {
    const closed = await this.access.restrictedBroadcasts(room.channel.name);
    this.rooms.pin(room, message, message && viewOf(shownTo(message, closed)));
  }
}
