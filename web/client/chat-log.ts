import type { ChatMessage } from '../../src/protocol/chat.js';

/** The number of newest messages that the log retains. */
export const LOG_NEWEST = 500;
/** The maximum number of messages, including earlier ones that were loaded. */
export const LOG_MAX = 1_000;

/**
 * The messages shown in a chat, ordered by seq, without duplicates or gaps. Messages that would
 * leave a gap are rejected; the missing ones must be fetched first.
 */
export class ChatLog {
  readonly #messages: readonly ChatMessage[];
  /** Whether the server has messages before the first one. */
  readonly hasEarlier: boolean;

  private constructor(messages: readonly ChatMessage[], hasEarlier: boolean) {
    this.#messages = messages;
    this.hasEarlier = hasEarlier;
  }

  /** Creates a log from the newest page. */
  static of(page: readonly ChatMessage[]): ChatLog {
    return new ChatLog(page, (page[0]?.seq ?? 1) > 1);
  }

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  get firstSeq(): number {
    return this.#messages[0]?.seq ?? 1;
  }

  /** The seq of the last message; 0 if the log is empty. */
  get lastSeq(): number {
    return this.#messages.at(-1)?.seq ?? 0;
  }

  /** The messages shown as deleted, ordered by seq. */
  get deletedSeqs(): number[] {
    return this.#messages.filter(({ deleted }) => deleted).map(({ seq }) => seq);
  }

  /** Whether the maximum number of messages is loaded. */
  get isFull(): boolean {
    return this.#messages.length >= LOG_MAX;
  }

  /**
   * Appends these messages, skipping known ones.
   * @returns null if messages in between are missing; fetch them first
   */
  append(messages: readonly ChatMessage[]): ChatLog | null {
    const fresh = messages
      .filter(({ seq }) => seq > this.lastSeq)
      .toSorted((a, b) => a.seq - b.seq)
      .filter(({ seq }, i, all) => seq !== all[i - 1]?.seq);
    if (fresh.some(({ seq }, i) => seq !== this.lastSeq + 1 + i)) return null;
    if (fresh.length === 0) return this;
    // A user who has loaded earlier messages is reading them, so the log keeps its length.
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

  /** Marks these messages as deleted, and clears their texts unless `keepTexts` (for moderators). */
  delete(seqs: readonly number[], keepTexts = false): ChatLog {
    return this.#with(withDeleted(this.#messages, seqs, keepTexts));
  }

  /** Replaces these messages with their current versions. */
  restore(messages: readonly ChatMessage[]): ChatLog {
    return this.#with(withRestored(this.#messages, messages));
  }

  /** Updates reaction counts. */
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

/** An emoji's new count on a message. If `mine` is absent, the user's own reaction is unchanged. */
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

/**
 * Returns the messages with some of them marked as deleted, and their texts cleared unless
 * `keepTexts` (for moderators).
 */
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

/** Returns the messages with some of them replaced by their current versions. */
export function withRestored(
  messages: readonly ChatMessage[],
  restored: readonly ChatMessage[],
): ChatMessage[] {
  const now = new Map(restored.map((message) => [message.seq, message]));
  return messages.map((message) => now.get(message.seq) ?? message);
}
