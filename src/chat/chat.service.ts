import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BroadcastRegistry } from '../broadcast/registry.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { CONFIG, type Config } from '../config/config.js';
import type { ChatHistory, ChatJoined, ChatPage, ChatSend, ChatSent } from '../protocol/chat.js';
import { CHAT_PAGE } from '../protocol/limits.js';
import { authorKey, authorOf, type NewMessage, viewOf } from './chat-message.js';
import type { ChatRoom } from './chat-room.js';
import { ChatRooms } from './chat-rooms.js';
import { ChatWriter } from './chat-writer.js';
import { ChatRepository, type PageStart } from './chat.repository.js';
import { GuestNames } from './guest-names.js';
import { SenderLimits } from './sender-limits.js';

/** A client that comes back is told of deletions among so many of the messages it may show. */
const DELETIONS_SPAN = 1_000;

type Me = ChatJoined['me'];
type HistoryPart = Pick<ChatHistory, 'afterSeq' | 'beforeSeq' | 'limit'>;

/** Writing and reading a channel's chat. */
@Injectable()
export class ChatService implements OnApplicationShutdown {
  readonly #repository: ChatRepository;
  readonly #guestNames: GuestNames;
  readonly #registry: BroadcastRegistry;
  readonly #guests: boolean;
  readonly #clock: Clock;
  readonly #writer: ChatWriter;
  readonly #limits = new SenderLimits();

  // oxlint-disable-next-line max-params -- Nest's injection: what it uses, the configuration, the clock.
  constructor(
    rooms: ChatRooms,
    repository: ChatRepository,
    guestNames: GuestNames,
    registry: BroadcastRegistry,
    writer: ChatWriter,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#repository = repository;
    this.#guestNames = guestNames;
    this.#registry = registry;
    this.#writer = writer;
    this.#guests = config.chat.guests;
    this.#clock = clock;
    writer.events.on('committed', (channelId, messages) => rooms.find(channelId)?.tell(messages));
  }

  /** After the sockets have closed: nobody writes any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.#writer.close();
  }

  /**
   * What somebody who enters a room has to know. To miss nothing, they must already be told what is
   * committed from now on.
   */
  async join(
    room: ChatRoom,
    identity: Identity,
    { afterSeq }: { afterSeq?: number | undefined },
  ): Promise<ChatJoined> {
    const start: PageStart = afterSeq === undefined ? 'newest' : { afterSeq };
    const page = await this.#repository.page(room.id, start, CHAT_PAGE);
    const lastSeq = Math.max(await this.#repository.lastSeq(room.id), page.at(-1)?.seq ?? 0);
    const deletedSeqs =
      afterSeq === undefined
        ? []
        : await this.#repository.deletedSeqs(room.id, afterSeq - DELETIONS_SPAN, afterSeq);
    return {
      me: this.#me(room, identity),
      messages: page.map(viewOf),
      lastSeq,
      more: page.length === CHAT_PAGE && (page.at(-1)?.seq ?? 0) < lastSeq,
      deletedSeqs,
    };
  }

  /**
   * Resolves when the message is committed. Until then nothing is promised, and the same request can
   * be made again with its nonce: it is stored and told once.
   */
  async send(room: ChatRoom, identity: Identity, payload: ChatSend): Promise<ChatSent> {
    const me = this.#me(room, identity);
    if (me.banned) throw new DomainError('banned', 'You can’t write in this chat any more.');
    if (!me.canWrite)
      throw new DomainError('guests_not_allowed', 'Log in to write: guests can only read here.');
    const author = authorOf(identity);
    const nowMs = this.#clock.nowMs();
    const retryAfterMs = this.#limits.take(authorKey(author), nowMs);
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'You write too fast, wait a moment.', { retryAfterMs });
    const message: NewMessage = {
      ...author,
      channelId: room.id,
      nonce: payload.nonce.toLowerCase(),
      broadcastId: this.#registry.current(room.id)?.id ?? null,
      name: me.name ?? (await this.#guestName(payload.guestName)),
      role: me.role,
      // Half a surrogate pair is no text that a database takes.
      text: payload.text.toWellFormed(),
    };
    const { seq, sentAt } = await this.#writer.write(message);
    return { seq, sentAt: sentAt.toISOString() };
  }

  /** One page: after a seq, before one, or the newest. */
  async history(room: ChatRoom, { afterSeq, beforeSeq, limit }: HistoryPart): Promise<ChatPage> {
    const start: PageStart =
      afterSeq !== undefined ? { afterSeq } : beforeSeq !== undefined ? { beforeSeq } : 'newest';
    // One more tells whether there are more.
    const found = await this.#repository.page(room.id, start, limit + 1);
    const more = found.length > limit;
    const page = afterSeq === undefined ? found.slice(-limit) : found.slice(0, limit);
    return { messages: page.map(viewOf), more };
  }

  /** One page of what was written during one broadcast. */
  async historyOfBroadcast(
    broadcastId: string,
    { after, limit }: { after: number; limit: number },
  ): Promise<ChatPage> {
    const found = await this.#repository.pageOfBroadcast(broadcastId, {
      afterSeq: after,
      limit: limit + 1,
    });
    return { messages: found.slice(0, limit).map(viewOf), more: found.length > limit };
  }

  #me(room: ChatRoom, identity: Identity): Me {
    const author = authorOf(identity);
    const banned = room.isBanned(author);
    const name = identity.account?.username ?? null;
    const role = room.isOwner(author) ? 'owner' : name === null ? 'guest' : 'member';
    return { role, name, banned, canWrite: !banned && (role !== 'guest' || this.#guests) };
  }

  async #guestName(name: string | undefined): Promise<string> {
    if (name === undefined)
      throw new DomainError('bad_request', 'Give a name to write as a guest.', {
        issues: [{ path: 'guestName', message: 'give a name to write as a guest' }],
      });
    if (await this.#guestNames.isFree(name)) return name;
    throw new DomainError('guest_name_taken', 'This name belongs to an account, choose another.');
  }
}
