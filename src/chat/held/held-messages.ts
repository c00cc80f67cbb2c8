import { Inject, Injectable } from '@nestjs/common';
import { LiveChannels } from '../../broadcast/live-channels.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { CONFIG, type Config } from '../../config/config.js';
import { DomainError } from '../../common/domain-error.js';
import type { ChatSent } from '../../protocol/chat.js';
import type { HeldMessageView } from '../../protocol/chat-moderation.js';
import { authorKey, type NewMessage } from '../messages/chat-message.js';
import type { ChatRoom } from '../room/chat-room.js';
import { RoomFollower } from '../room/room-follower.js';
import { ChatWriter } from '../messages/chat-writer.js';
import { ChatRepository } from '../messages/chat.repository.js';
import type { ChatSender } from '../room/chat-sender.js';
import { guestsPerAddress } from '../room/sender-limits.js';
import { AuditLog } from '../moderation/audit-log.js';
import { type Actor, moderatorOf } from '../room/authority.js';
import { type HeldMessage, HeldRepository, heldView, type HoldReason } from './held.repository.js';

/** The maximum number of held messages per sender and channel. */
const PER_SENDER_MAX = 5;
/** The maximum time that a decision can take, which is longer than any transaction can take. */
const JUDGING_MS = 30_000;

type ToHold = Readonly<{ message: NewMessage; reason: HoldReason; addressHash: string }>;

/** Manages the messages that are held for review by a moderator. */
@Injectable()
export class HeldMessages {
  /** The maximum number of held messages per channel from all guests at one address together. */
  readonly #perAddressMax: number;

  // oxlint-disable-next-line max-params -- Injected by Nest: the places where messages are stored
  // and reported, the configuration and the clock.
  constructor(
    private readonly repository: HeldRepository,
    private readonly messages: ChatRepository,
    private readonly writer: ChatWriter,
    private readonly follower: RoomFollower,
    private readonly liveChannels: LiveChannels,
    private readonly audit: AuditLog,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#perAddressMax = PER_SENDER_MAX * guestsPerAddress(config);
  }

  /**
   * Holds a message until a moderator decides, and notifies moderators. A repeated message is held
   * only once. If it has been approved in the meantime, its seq is returned.
   * @throws {DomainError} `rate_limited` if too many messages are already held; `bad_request` for a
   *   nonce that belongs to another sender
   */
  async hold(room: ChatRoom, { message, reason, addressHash }: ToHold): Promise<ChatSent> {
    const stored = await this.messages.findNonce(room.id, message.nonce);
    if (stored) {
      assertSame(stored, message);
      return { seq: stored.seq, sentAt: stored.sentAt.toISOString(), held: false };
    }
    const added = await this.repository.add(message, {
      reason,
      sentAt: new Date(this.clock.nowMs()),
      addressHash: message.guestId === null ? null : addressHash,
      perAuthorMax: PER_SENDER_MAX,
      perAddressMax: this.#perAddressMax,
    });
    if (!('held' in added)) throw tooMany(added);
    const { held } = added;
    assertSame(held, message);
    if (added.name === 'added')
      await this.follower.tell(room, added.version, { kind: 'held', held });
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
    // If two moderators decide at the same time, even on different nodes, the first decision
    // counts.
    const now = new Date(this.clock.nowMs());
    const until = new Date(now.getTime() + JUDGING_MS);
    const held = await this.repository.claim(room.id, heldId, { now, until });
    if (held === null) throw alreadyHandled();
    try {
      return await this.#judge(room, actor, { held, approve });
    } catch (error) {
      await this.repository.unclaim(room.id, heldId, until);
      throw error;
    }
  }

  async #judge(
    room: ChatRoom,
    actor: Actor,
    { held, approve }: { held: HeldMessage; approve: boolean },
  ): Promise<number> {
    const { id: heldId } = held;
    // The message is published before it is removed from the list. If the server crashes in
    // between, the message is still held, and its nonce prevents a second copy.
    const seq = approve ? await this.#publish(room, held) : 0;
    const { nonce, accountId, guestId } = held;
    const author = { accountId, guestId };
    const judged = { kind: 'judged', heldId, author, nonce, approved: approve, seq } as const;
    const { removed, version } = await this.repository.remove(room.id, judged);
    if (!removed) throw alreadyHandled();
    await this.follower.tell(room, version, judged);
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
}

function tooMany({ name }: { name: 'sender-full' | 'channel-full' }): DomainError {
  return new DomainError(
    'rate_limited',
    name === 'sender-full'
      ? 'Your last messages are still waiting for a moderator. Wait until they have been reviewed.'
      : 'Too many messages are waiting for the moderators of this chat. Try again later.',
  );
}

function assertSame(known: NewMessage, message: NewMessage): void {
  if (authorKey(known) !== authorKey(message))
    throw new DomainError('bad_request', 'This nonce belongs to another message.');
}

function alreadyHandled(): DomainError {
  return new DomainError('not_found', 'Another moderator has already handled this message.');
}
