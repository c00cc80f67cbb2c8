import { Inject, Injectable } from '@nestjs/common';
import { LiveChannels } from '../../broadcast/live-channels.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { CONFIG, type Config } from '../../config/config.js';
import { DomainError } from '../../common/domain-error.js';
import type { ChatSent } from '../../protocol/chat.js';
import type { HeldMessageView } from '../../protocol/chat-moderation.js';
import { authorKey, type NewMessage } from '../messages/chat-message.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import { ChatWriter } from '../messages/chat-writer.js';
import { ChatRepository } from '../messages/chat.repository.js';
import type { ChatSender } from '../room/chat-sender.js';
import { guestsPerAddress } from '../room/sender-limits.js';
import { AuditLog } from '../moderation/audit-log.js';
import { type Actor, moderatorOf } from '../room/authority.js';
import { HELD_MAX, type HeldMessage, HeldRepository, type HoldReason } from './held.repository.js';

/** Limit of one sender's held messages in a channel. */
const PER_SENDER_MAX = 5;

type ToHold = Readonly<{ message: NewMessage; reason: HoldReason; addressHash: string }>;

/** Messages held for review by a moderator. */
@Injectable()
export class HeldMessages {
  /** Limit of held messages in a channel from guests of one address. */
  readonly #perAddressMax: number;
  /** Ids of held messages that are being decided right now. */
  readonly #judging = new Set<string>();

  // oxlint-disable-next-line max-params -- Nest's injection: where messages come from and go to, and the clock.
  constructor(
    private readonly repository: HeldRepository,
    private readonly messages: ChatRepository,
    private readonly writer: ChatWriter,
    private readonly rooms: ChatRooms,
    private readonly liveChannels: LiveChannels,
    private readonly audit: AuditLog,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#perAddressMax = PER_SENDER_MAX * guestsPerAddress(config);
  }

  /**
   * Holds a message until a moderator decides, and notifies moderators. A repeated message is held
   * once; if it was approved in the meantime, its seq is returned.
   * @throws {DomainError} `rate_limited` when too many are held already; `bad_request` for a nonce
   *   that belongs to another sender
   */
  async hold(room: ChatRoom, { message, reason, addressHash }: ToHold): Promise<ChatSent> {
    const stored = await this.messages.findNonce(room.id, message.nonce);
    if (stored) {
      assertSame(stored, message);
      return { seq: stored.seq, sentAt: stored.sentAt.toISOString(), held: false };
    }
    if (!(await this.repository.isHeld(room.id, message.nonce)))
      await this.#assertRoom(room, message, addressHash);
    const sentAt = new Date(this.clock.nowMs());
    const { held, isNew } = await this.repository.add(message, {
      reason,
      sentAt,
      addressHash: message.guestId === null ? null : addressHash,
    });
    assertSame(held, message);
    if (isNew) this.rooms.events.emit('held', room, heldView(held));
    return { seq: 0, sentAt: held.sentAt.toISOString(), held: true };
  }

  /**
   * Lists held messages, oldest first.
   * @throws {DomainError} `forbidden`
   */
  async list(room: ChatRoom, sender: ChatSender): Promise<HeldMessageView[]> {
    moderatorOf(room, sender);
    return (await this.repository.list(room.id)).map(heldView);
  }

  /**
   * Publishes a held message under the next seq, or discards it. Resolves with the seq, or 0.
   * @throws {DomainError} `forbidden`; `not_found` if another moderator has already decided
   */
  async judge(
    room: ChatRoom,
    sender: ChatSender,
    { heldId, approve }: { heldId: string; approve: boolean },
  ): Promise<number> {
    const actor = moderatorOf(room, sender);
    this.audit.reserve(room, actor, approve ? 'approve' : 'refuse');
    // If two moderators decide at once, the first wins.
    if (this.#judging.has(heldId)) throw gone();
    this.#judging.add(heldId);
    try {
      return await this.#judge(room, actor, { heldId, approve });
    } finally {
      this.#judging.delete(heldId);
    }
  }

  async #judge(
    room: ChatRoom,
    actor: Actor,
    { heldId, approve }: { heldId: string; approve: boolean },
  ): Promise<number> {
    const held = await this.repository.find(room.id, heldId);
    if (!held) throw gone();
    // Store before removing it from the list: after a crash in between it is still held, and its
    // nonce prevents a second copy.
    const seq = approve ? await this.#publish(room, held) : 0;
    if (!(await this.repository.remove(room.id, heldId))) throw gone();
    const { nonce, accountId, guestId } = held;
    this.rooms.events.emit('judged', room, {
      heldId,
      author: { accountId, guestId },
      nonce,
      approved: approve,
      seq,
    });
    await this.audit.record(room, actor, {
      action: approve ? 'approve' : 'refuse',
      target: `${held.name}: ${held.text.slice(0, 100)}`,
    });
    return seq;
  }

  async #publish(room: ChatRoom, held: HeldMessage): Promise<number> {
    const { id: _id, reason: _reason, sentAt: _sentAt, addressHash: _hash, ...message } = held;
    const broadcastId = this.liveChannels.current(room.id)?.id ?? null;
    const { seq } = await this.writer.write({ ...message, broadcastId });
    room.writers.set(authorKey(held), true);
    return seq;
  }

  async #assertRoom(room: ChatRoom, message: NewMessage, addressHash: string): Promise<void> {
    const [all, own, ofAddress] = await Promise.all([
      this.repository.count(room.id),
      this.repository.count(room.id, message),
      message.guestId === null ? 0 : this.repository.countFrom(room.id, addressHash),
    ]);
    if (own >= PER_SENDER_MAX || ofAddress >= this.#perAddressMax)
      throw new DomainError(
        'rate_limited',
        'Your last messages still wait for a moderator. Wait until they were looked at.',
      );
    if (all >= HELD_MAX)
      throw new DomainError(
        'rate_limited',
        'Too many messages wait for the moderators of this chat. Try again later.',
      );
  }
}

/** Converts a held message to the moderators' view. */
function heldView({ id, name, displayName, role, text, reason, sentAt }: HeldMessage) {
  return {
    id,
    name,
    ...(displayName === '' ? {} : { displayName }),
    role,
    text,
    reason,
    sentAt: sentAt.toISOString(),
  };
}

function assertSame(known: NewMessage, message: NewMessage): void {
  if (authorKey(known) !== authorKey(message))
    throw new DomainError('bad_request', 'This nonce belongs to another message.');
}

function gone(): DomainError {
  return new DomainError('not_found', 'This message waits no more: somebody was faster.');
}
