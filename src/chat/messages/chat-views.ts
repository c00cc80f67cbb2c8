import { Injectable } from '@nestjs/common';
import type { ChatMessage, ChatQuote } from '../../protocol/chat.js';
import { type Author, quoteOf, type StoredMessage, viewOf } from './chat-message.js';
import { ChatRepository } from './chat.repository.js';
import { ReactionRepository } from './reaction.repository.js';
import { reactorOf } from './reactor.js';

/** The reader for whom views are made. */
export type Reader = Readonly<{
  author: Author;
  /** Whether to show the text of deleted messages. */
  forModerators: boolean;
  /**
   * The broadcasts that the reader isn't allowed to watch. Messages written during them appear as
   * deleted.
   */
  closed: ReadonlySet<string>;
}>;

/** Builds views of stored messages. Reads the related data in at most two queries. */
@Injectable()
export class ChatViews {
  constructor(
    private readonly messages: ChatRepository,
    private readonly reactions: ReactionRepository,
  ) {}

  /** Returns views in the order of the messages. */
  async of(
    channelId: string,
    stored: readonly StoredMessage[],
    { author, forModerators, closed }: Reader,
  ): Promise<ChatMessage[]> {
    const messages = stored.map((message) => shownTo(message, closed));
    const seqs = messages.map(({ seq }) => seq);
    const [quotes, reactions] = await Promise.all([
      this.#quotes(channelId, messages, closed),
      this.reactions.counts(channelId, seqs, reactorOf(author)),
    ]);
    return messages.map((message) =>
      viewOf(message, {
        quote: quotes.get(message.replyToSeq ?? 0),
        reactions: reactions.get(message.seq),
        forModerators,
      }),
    );
  }

  /** Returns quotes of the messages that these messages reply to, by seq. */
  async #quotes(
    channelId: string,
    messages: readonly StoredMessage[],
    closed: ReadonlySet<string>,
  ): Promise<Map<number, ChatQuote>> {
    const wanted = new Set(messages.flatMap(({ replyToSeq }) => replyToSeq ?? []));
    const here = messages.filter(({ seq }) => wanted.has(seq));
    for (const { seq } of here) wanted.delete(seq);
    const others = await this.messages.findAll(channelId, [...wanted]);
    const quotes = [...here, ...others].map((message) => quoteOf(shownTo(message, closed)));
    return new Map(quotes.map((quote) => [quote.seq, quote]));
  }
}

/**
 * Hides the content of a message if it was written during a closed broadcast. The message itself
 * remains, so that the numbering has no gaps.
 */
export function shownTo(message: StoredMessage, closed: ReadonlySet<string>): StoredMessage {
  if (message.broadcastId === null || !closed.has(message.broadcastId)) return message;
  return { ...message, text: '', replyToSeq: null, deletedAt: message.sentAt };
}
