import type { ChatMessage } from '../../src/protocol/chat.js';

/** The newest messages that are kept. */
export const LOG_NEWEST = 500;
/** With earlier ones that were loaded. */
export const LOG_MAX = 1_000;

/**
 * The messages of a chat that are shown, in the order of seq, each once and without a gap between the
 * first and the last. What would leave a gap is not taken: it has to be fetched first.
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

  /** 0 while there are none. */
  get lastSeq(): number {
    return this.#messages.at(-1)?.seq ?? 0;
  }

  /** True when everything has been loaded that is kept. */
  get isFull(): boolean {
    return this.#messages.length >= LOG_MAX;
  }

  /**
   * With these at the end; those it has already are left out.
   * @returns null when there are messages between the last one and these: fetch them first
   */
  append(messages: readonly ChatMessage[]): ChatLog | null {
    const fresh = messages
      .filter(({ seq }) => seq > this.lastSeq)
      .toSorted((a, b) => a.seq - b.seq)
      .filter(({ seq }, i, all) => seq !== all[i - 1]?.seq);
    if (fresh.some(({ seq }, i) => seq !== this.lastSeq + 1 + i)) return null;
    if (fresh.length === 0) return this;
    // Who has loaded earlier ones reads them now: as many as were loaded stay.
    const kept = Math.max(LOG_NEWEST, Math.min(LOG_MAX, this.#messages.length));
    const all = [...this.#messages, ...fresh];
    return new ChatLog(all.slice(-kept), this.hasEarlier || all.length > kept);
  }

  /** With a page of earlier ones in front, up to {@link LOG_MAX}. */
  prepend(page: readonly ChatMessage[], more: boolean): ChatLog {
    const room = LOG_MAX - this.#messages.length;
    const unknown = page.filter(({ seq }) => seq < this.firstSeq);
    const earlier = room > 0 ? unknown.slice(-room) : [];
    return new ChatLog([...earlier, ...this.#messages], more || earlier.length < page.length);
  }

  /** With those messages emptied. */
  delete(seqs: readonly number[]): ChatLog {
    const deleted = new Set(seqs);
    const messages = this.#messages.map((message) =>
      deleted.has(message.seq) ? asDeleted(message) : message,
    );
    return new ChatLog(messages, this.hasEarlier);
  }
}

/** What is left of a message that a moderator deleted. */
export function asDeleted(message: ChatMessage): ChatMessage {
  return { ...message, text: '', deleted: true };
}
