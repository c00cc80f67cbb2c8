import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { ChatFound, ChatSearch } from '../../protocol/chat-moderation.js';
import type { Author, StoredMessage } from '../messages/chat-message.js';
import type { ChatRoom } from '../room/chat-room.js';
import type { ChatSender } from '../room/chat-sender.js';
import { ChatViews } from '../messages/chat-views.js';
import { ChatRepository, toMessage } from '../messages/chat.repository.js';
import { moderatorOf } from '../room/authority.js';
import { PersonFinder } from '../moderation/person-finder.js';
import { SenderLimits } from '../room/sender-limits.js';

/**
 * The number of messages scanned per search. Scanning them takes the database a few milliseconds.
 */
export const STRETCH = 20_000;
/** The maximum number of results per search. */
const FOUND_MAX = 50;
const RATE = { burst: 5, perSecond: 1 };

/**
 * Searches a channel's messages for its moderators, one range of seqs at a time, so that each
 * search costs the same no matter how long the chat is.
 */
@Injectable()
export class MessageSearch {
  readonly #limits = new SenderLimits(RATE);

  constructor(
    private readonly db: PrismaService,
    private readonly messages: ChatRepository,
    private readonly people: PersonFinder,
    private readonly views: ChatViews,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Returns matches, newest first.
   * @throws {DomainError} `forbidden`, `rate_limited`, `account_not_found`
   */
  async search(
    room: ChatRoom,
    sender: ChatSender,
    { query, name, beforeSeq }: Omit<ChatSearch, 'channel'>,
  ): Promise<ChatFound> {
    moderatorOf(room, sender);
    const retryAfterMs = this.#limits.take(sender.key, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'Wait a moment, then search again.', { retryAfterMs });
    const author = name === undefined ? null : (await this.people.byName(room, name)).author;
    const endSeq = beforeSeq ?? (await this.messages.lastSeq(room.id)) + 1;
    // One sender's messages are found through an index, so no range is needed.
    const startSeq = author === null ? Math.max(1, endSeq - STRETCH) : 1;
    const found = await this.#find(room.id, { query, author, startSeq, endSeq });
    const messages = await this.views.of(room.id, found, {
      author: sender.author,
      forModerators: true,
      closed: new Set(),
    });
    const last = found.at(-1);
    const nextBeforeSeq = found.length === FOUND_MAX && last ? last.seq : startSeq;
    return { messages, nextBeforeSeq: nextBeforeSeq <= 1 ? null : nextBeforeSeq };
  }

  async #find(
    channelId: string,
    where: {
      query: string | undefined;
      author: Author | null;
      startSeq: number;
      endSeq: number;
    },
  ): Promise<StoredMessage[]> {
    const { query, author, startSeq, endSeq } = where;
    const byAuthor =
      author &&
      (author.accountId === null ? { guestId: author.guestId } : { accountId: author.accountId });
    const rows = await this.db.chatMessage.findMany({
      where: {
        channelId,
        ...byAuthor,
        seq: { gte: startSeq, lt: endSeq },
        ...(query === undefined
          ? {}
          : { text: { contains: literal(query), mode: 'insensitive' as const } }),
      },
      orderBy: { seq: 'desc' },
      take: FOUND_MAX,
    });
    return rows.map(toMessage);
  }
}

/** Escapes the wildcards of LIKE. */
function literal(query: string): string {
  return query.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
