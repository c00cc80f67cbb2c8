import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import { DomainError } from '../common/domain-error.js';
import type { ChatSend, ChatSent } from '../protocol/chat.js';
import { quoteOf, type NewMessage } from './messages/chat-message.js';
import type { ChatRoom } from './room/chat-room.js';
import { RoomFollower } from './room/room-follower.js';
import type { ChatSender } from './room/chat-sender.js';
import { ChatWriter } from './messages/chat-writer.js';
import { ChatRepository } from './messages/chat.repository.js';
import { GuestNames } from './messages/guest-names.js';
import { HeldMessages } from './held/held-messages.js';
import { WritingRules } from './rules/writing-rules.js';
import { ChatLimits, guestsPerAddress } from './room/sender-limits.js';

/** The content of a `chat:send` request. */
type Sent = Omit<ChatSend, 'channel'>;

/** Sends messages to a channel's chat. */
@Injectable()
export class ChatService implements OnApplicationShutdown {
  readonly #limits: ChatLimits;

  // oxlint-disable-next-line max-params -- Injected by Nest: the services through which a message
  // passes, the configuration and the clock.
  constructor(
    follower: RoomFollower,
    private readonly repository: ChatRepository,
    private readonly guestNames: GuestNames,
    private readonly liveChannels: LiveChannels,
    private readonly rules: WritingRules,
    private readonly held: HeldMessages,
    private readonly writer: ChatWriter,
    private readonly access: AccessService,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#limits = new ChatLimits(guestsPerAddress(config));
    writer.events.on('committed', (channelId, messages) => follower.committed(channelId, messages));
  }

  /** Nest calls this after the sockets have closed, so no more messages arrive. */
  async onApplicationShutdown(): Promise<void> {
    await this.writer.close();
  }

  /**
   * Resolves when the message is committed or held. A client can safely repeat the request with the
   * same nonce: the message is stored and broadcast only once.
   */
  async send(room: ChatRoom, sender: ChatSender, payload: Sent): Promise<ChatSent> {
    this.rules.assertCanWrite(room, sender);
    const retryAfterMs = this.#limits.take(sender, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'You’re sending messages too fast. Wait a moment.', {
        retryAfterMs,
      });
    const message = await this.#message(room, sender, payload);
    const { author, addressHash } = sender;
    if (author.guestId !== null)
      room.guests.recordMessage({ guestId: author.guestId, name: message.name, addressHash });
    const reason = await this.rules.check(room, sender, message);
    try {
      if (reason !== null) return await this.held.hold(room, { message, reason, addressHash });
      const { seq, sentAt } = await this.writer.write(message);
      room.writers.set(sender.key, true);
      return { seq, sentAt: sentAt.toISOString(), held: false };
    } catch (error) {
      await this.rules.refundTurn(room, sender, message);
      throw error;
    }
  }

  async #message(room: ChatRoom, sender: ChatSender, payload: Sent): Promise<NewMessage> {
    const { replyToSeq = null } = payload;
    const name = sender.account?.username ?? (await this.#guestName(payload.guestName));
    if (replyToSeq !== null) await this.#assertParentExists(room, replyToSeq);
    return {
      ...sender.author,
      channelId: room.id,
      nonce: payload.nonce.toLowerCase(),
      broadcastId: this.liveChannels.current(room.id)?.id ?? null,
      name,
      displayName: sender.displayName,
      role: room.roleOf(sender.author),
      // The database rejects lone surrogates.
      text: payload.text.toWellFormed(),
      replyToSeq,
    };
  }

  /**
   * Checks that the message being replied to exists. It is usually among the newest messages, which
   * are in memory.
   */
  async #assertParentExists(room: ChatRoom, seq: number): Promise<void> {
    const closed = await this.access.restrictedBroadcasts(room.channel.name);
    if (closed.size > 0 || !room.quote(seq)) {
      const parent = await this.repository.find(room.id, seq);
      // The quote would reach everybody who receives the reply, including those who aren't allowed to
      // see the original.
      if (parent?.broadcastId != null && closed.has(parent.broadcastId)) throw parentNotFound();
      if (parent) room.remember(quoteOf(parent));
    }
    const quote = room.quote(seq);
    if (!quote || quote.deleted) throw parentNotFound();
  }

  async #guestName(name: string | undefined): Promise<string> {
    if (name === undefined)
      throw new DomainError('bad_request', 'Enter a name to chat as a guest.', {
        issues: [{ path: 'guestName', message: 'enter a name to chat as a guest' }],
      });
    if (await this.guestNames.isFree(name)) return name;
    throw new DomainError('guest_name_taken', 'This name belongs to an account. Choose another.');
  }
}

const parentNotFound = () =>
  new DomainError('message_not_found', 'The message that you are replying to no longer exists.');
