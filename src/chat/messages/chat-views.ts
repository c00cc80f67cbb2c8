import { Injectable } from '@nestjs/common';
import type { ChatMessage, ChatQuote } from '../../protocol/chat.js';
import { type Author, quoteOf, type StoredMessage, viewOf } from './chat-message.js';
import { ChatRepository } from './chat.repository.js';
import { ReactionRepository } from './reaction.repository.js';
import { reactorOf } from './reactor.js';

/** For whom messages are shown. */
export type Reader = Readonly<{
  author: Author;
  /** Whether the text of deleted messages is shown. */
  forModerators: boolean;
  /** Broadcasts that were for fewer: what was written during them comes as if it were deleted. */
  closed: ReadonlySet<string>;
}>;

/** Makes views of stored messages, with what belongs to them: in two queries at most, however many. */
@Injectable()
export class ChatViews {
  constructor(
    private readonly messages: ChatRepository,
    private readonly reactions: ReactionRepository,
  ) {}

  /** In the same order. */
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

  /** What the messages answer, by its seq. */
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

/** A message as a reader may know of it: that there is one, so that numbers have no gaps, but not what it says. */
export function shownTo(message: StoredMessage, closed: ReadonlySet<string>): StoredMessage {
  if (message.broadcastId === null || !closed.has(message.broadcastId)) return message;
  return { ...message, text: '', replyToSeq: null, deletedAt: message.sentAt };
}
