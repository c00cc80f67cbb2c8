import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { FollowService } from '../follows/follow.service.js';
import type { ChatHistory, ChatJoined, ChatMe, ChatPage, ChatQuery } from '../protocol/chat.js';
import { CHAT_PAGE } from '../protocol/limits.js';
import { AccessService } from '../access/access.service.js';
import { viewOf } from './messages/chat-message.js';
import type { ChatRoom } from './room/chat-room.js';
import type { ChatSender } from './room/chat-sender.js';
import { ChatViews, type Reader, shownTo } from './messages/chat-views.js';
import { ChatRepository, type PageStart } from './messages/chat.repository.js';
import { HeldRepository } from './held/held.repository.js';
import { WritingRules } from './rules/writing-rules.js';

/**
 * The number of messages for which the reply to a reconnecting client says whether they were
 * deleted: the newest of those that the client may show.
 */
const DELETIONS_SPAN = 1_000;

const NONE: ReadonlySet<string> = new Set();

type HistoryPart = Pick<ChatHistory, 'afterSeq' | 'beforeSeq' | 'limit'>;

/** Reads a channel's chat. */
@Injectable()
export class ChatReading {
  // oxlint-disable-next-line max-params -- Injected by Nest: the data that the reply to a join
  // needs, and the clock.
  constructor(
    private readonly repository: ChatRepository,
    private readonly views: ChatViews,
    private readonly rules: WritingRules,
    private readonly held: HeldRepository,
    private readonly follows: FollowService,
    private readonly access: AccessService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Returns the state that a client needs when it joins a room. The client must already be
   * subscribed to new messages; otherwise it could miss some.
   */
  async join(
    room: ChatRoom,
    sender: ChatSender,
    { afterSeq }: { afterSeq?: number | undefined },
  ): Promise<ChatJoined> {
    const start: PageStart = afterSeq === undefined ? 'newest' : { afterSeq };
    const reader = await this.#readerOf(room, sender);
    const page = await this.repository.page(room.id, start, CHAT_PAGE);
    const [lastSeq, messages, deletedSeqs, heldCount, me] = await Promise.all([
      this.repository.lastSeq(room.id),
      this.views.of(room.id, page, reader),
      afterSeq === undefined
        ? []
        : this.repository.deletedSeqs(room.id, afterSeq - DELETIONS_SPAN, afterSeq),
      reader.forModerators ? this.held.count(room.id) : null,
      this.me(room, sender),
    ]);
    const pageSeq = page.at(-1)?.seq ?? 0;
    return {
      me,
      rules: room.rules.rules,
      pinned: room.pinned && viewOf(shownTo(room.pinned, reader.closed)),
      messages,
      lastSeq: Math.max(lastSeq, pageSeq),
      more: page.length === CHAT_PAGE && pageSeq < lastSeq,
      deletedSeqs,
      heldCount,
    };
  }

  /** Returns a sender's identity, role and permissions in a room. */
  async me(room: ChatRoom, sender: ChatSender): Promise<ChatMe> {
    const { account, author } = sender;
    const ban = room.isOwner(author) ? null : room.bans.find(sender, this.clock.nowMs());
    const since = account && (await this.follows.since(room.id, account.id));
    return {
      role: room.roleOf(author),
      name: account?.username ?? null,
      banned: ban !== null,
      bannedUntil: ban?.expiresAt?.toISOString() ?? null,
      canWrite: this.rules.canWrite(room, sender),
      followsSince: since?.toISOString() ?? null,
    };
  }

  /** Returns one page of messages: those after a seq, before a seq, or the newest ones. */
  async history(
    room: ChatRoom,
    sender: ChatSender,
    { afterSeq, beforeSeq, limit }: HistoryPart,
  ): Promise<ChatPage> {
    const start: PageStart =
      afterSeq !== undefined ? { afterSeq } : beforeSeq !== undefined ? { beforeSeq } : 'newest';
    // One extra row is fetched to find out whether more exist.
    const found = await this.repository.page(room.id, start, limit + 1);
    const more = found.length > limit;
    const page = afterSeq === undefined ? found.slice(-limit) : found.slice(0, limit);
    return {
      messages: await this.views.of(room.id, page, await this.#readerOf(room, sender)),
      more,
    };
  }

  /**
   * Returns one page of the messages written during one of the channel's broadcasts: the first page
   * or, with `until`, the last page before that time. The caller must be allowed to watch the
   * broadcast.
   */
  async historyOfBroadcast(
    room: ChatRoom,
    sender: Pick<ChatSender, 'author'>,
    { broadcastId, after, from, until, limit }: ChatQuery & { broadcastId: string },
  ): Promise<ChatPage> {
    const found = await this.repository.pageOfBroadcast(broadcastId, {
      afterSeq: after,
      from: from === undefined ? null : new Date(from),
      until: until === undefined ? null : new Date(until),
      limit: limit + 1,
    });
    const page = until === undefined ? found.slice(0, limit) : found.slice(-limit);
    return {
      messages: await this.views.of(room.id, page, { ...readerOf(room, sender), closed: NONE }),
      more: found.length > limit,
    };
  }

  async #readerOf(room: ChatRoom, sender: Pick<ChatSender, 'author'>): Promise<Reader> {
    const { accountId, guestId } = sender.author;
    const closed = await this.access.restrictedBroadcastsFor(room.channel.name, {
      accountId,
      guestId: guestId ?? '',
    });
    return { ...readerOf(room, sender), closed };
  }
}

function readerOf(room: ChatRoom, { author }: Pick<ChatSender, 'author'>): Omit<Reader, 'closed'> {
  return { author, forModerators: room.isModerator(author) };
}
