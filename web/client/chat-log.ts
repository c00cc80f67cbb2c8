import type { ChatMessage } from '../../src/protocol/chat.js';

/** How many of the newest messages are kept. */
export const LOG_NEWEST = 500;
/** The limit including earlier messages that were loaded. */
export const LOG_MAX = 1_000;

/**
 * The shown messages of a chat, ordered by seq, each once and without gaps between first and last.
 * Messages that would leave a gap are rejected: fetch the missing ones first.
 */
export class ChatLog {
  readonly #messages: readonly ChatMessage[];
  /** True when the server has messages before the first. */
  readonly hasEarlier: boolean;

  private constructor(messages: readonly ChatMessage[], hasEarlier: boolean) {
    this.#messages = messages;
    this.hasEarlier = hasEarlier;
  }

  /** The newest page. */
  static of(page: readonly ChatMessage[]): ChatLog {
    return new ChatLog(page, (page[0]?.seq ?? 1) > 1);
  }

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  get firstSeq(): number {
    return this.#messages[0]?.seq ?? 1;
  }

  /** 0 when empty. */
  get lastSeq(): number {
    return this.#messages.at(-1)?.seq ?? 0;
  }

  /** The messages shown as deleted, ordered by seq. */
  get deletedSeqs(): number[] {
    return this.#messages.filter(({ deleted }) => deleted).map(({ seq }) => seq);
  }

  /** True when all messages within the limit are loaded. */
  get isFull(): boolean {
    return this.#messages.length >= LOG_MAX;
  }

  /**
   * Appends these messages, skipping known ones.
   * @returns null if messages are missing in between: fetch them first
   */
  append(messages: readonly ChatMessage[]): ChatLog | null {
    const fresh = messages
      .filter(({ seq }) => seq > this.lastSeq)
      .toSorted((a, b) => a.seq - b.seq)
      .filter(({ seq }, i, all) => seq !== all[i - 1]?.seq);
    if (fresh.some(({ seq }, i) => seq !== this.lastSeq + 1 + i)) return null;
    if (fresh.length === 0) return this;
    // A user who has loaded earlier messages is reading them: keep as many as were loaded.
    const kept = Math.max(LOG_NEWEST, Math.min(LOG_MAX, this.#messages.length));
    const all = [...this.#messages, ...fresh];
    return new ChatLog(all.slice(-kept), this.hasEarlier || all.length > kept);
  }

  /** Prepends a page of earlier messages, up to {@link LOG_MAX}. */
  prepend(page: readonly ChatMessage[], more: boolean): ChatLog {
    const room = LOG_MAX - this.#messages.length;
    const unknown = page.filter(({ seq }) => seq < this.firstSeq);
    const earlier = room > 0 ? unknown.slice(-room) : [];
    return new ChatLog([...earlier, ...this.#messages], more || earlier.length < page.length);
  }

  /** Marks those messages as deleted; moderators keep their texts. */
  delete(seqs: readonly number[], keepTexts = false): ChatLog {
    return this.#with(withDeleted(this.#messages, seqs, keepTexts));
  }

  /** Replaces those messages by their current versions. */
  restore(messages: readonly ChatMessage[]): ChatLog {
    return this.#with(withRestored(this.#messages, messages));
  }

  /** Updates reaction counts; whether the user gave one stays unchanged. */
  react(changes: readonly ReactionChange[]): ChatLog {
    const seqs = new Set(changes.map(({ seq }) => seq));
    return this.#with(
      this.#messages.map((message) =>
        seqs.has(message.seq)
          ? changes.filter(({ seq }) => seq === message.seq).reduce(withReaction, message)
          : message,
      ),
    );
  }

  #with(messages: readonly ChatMessage[]): ChatLog {
    return new ChatLog(messages, this.hasEarlier);
  }
}

/** How often an emoji was given to a message; `mine` only if the user gave it. */
export type ReactionChange = Readonly<{
  seq: number;
  emoji: string;
  count: number;
  mine?: boolean;
}>;

function withReaction(message: ChatMessage, { emoji, count, mine }: ReactionChange): ChatMessage {
  const before = message.reactions ?? [];
  const known = before.find((reaction) => reaction.emoji === emoji);
  const isMine = mine ?? known?.mine ?? false;
  const changed = { emoji, count, ...(isMine && { mine: true as const }) };
  const reactions = known
    ? before.map((reaction) => (reaction === known ? changed : reaction))
    : [...before, changed];
  return { ...message, reactions: reactions.filter((reaction) => reaction.count > 0) };
}

/** Those messages with some deleted by a moderator; moderators keep the texts. */
export function withDeleted(
  messages: readonly ChatMessage[],
  seqs: readonly number[],
  keepTexts: boolean,
): ChatMessage[] {
  const deleted = new Set(seqs);
  return messages.map((message) =>
    deleted.has(message.seq)
      ? { ...message, text: keepTexts ? message.text : '', deleted: true }
      : message,
  );
}

/** Those messages with some replaced by their current versions. */
export function withRestored(
  messages: readonly ChatMessage[],
  restored: readonly ChatMessage[],
): ChatMessage[] {
  const now = new Map(restored.map((message) => [message.seq, message]));
  return messages.map((message) => now.get(message.seq) ?? message);
}
