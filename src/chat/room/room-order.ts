import type { StoredMessage } from '../messages/chat-message.js';

/** The maximum number of messages that wait for earlier ones; further ones are read later. */
const WAITING_MAX = 500;

/**
 * The order in which one node sends a room's messages: by consecutive seqs, starting after the one
 * at which it opened the room. Messages are committed in this order, so all messages before a
 * stored one are stored too.
 */
export class RoomOrder {
  #lastSent: number;
  #newest: number;
  /** The messages after a gap, by seq. */
  readonly #waiting = new Map<number, StoredMessage>();

  /** @param lastSent the seq before that of the first message to send */
  constructor(lastSent: number) {
    this.#lastSent = lastSent;
    this.#newest = lastSent;
  }

  /** The seq of the last message that was sent. */
  get lastSent(): number {
    return this.#lastSent;
  }

  /** The seq of the newest message that is known to be stored. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether stored messages are missing on this node and have yet to be read. */
  get isBehind(): boolean {
    return this.#newest > this.#lastSent;
  }

  /** Records that a message with this seq is stored. */
  heard(seq: number): void {
    this.#newest = Math.max(this.#newest, seq);
  }

  /**
   * Takes messages that this or another node stored; returns those to send now, in order of seq.
   * Messages after a gap wait until the messages that fill it are taken or read.
   */
  take(messages: readonly StoredMessage[]): StoredMessage[] {
    const due: StoredMessage[] = [];
    for (const message of messages) {
      const { seq } = message;
      this.heard(seq);
      if (seq === this.#lastSent + 1) {
        this.#lastSent = seq;
        due.push(message, ...this.#due());
      } else if (seq > this.#lastSent && this.#waiting.size < WAITING_MAX)
        this.#waiting.set(seq, message);
    }
    return due;
  }

  /**
   * Takes the first messages after {@link lastSent}, in order of seq, as they were read from the
   * database; returns those to send, without any that were sent during the read.
   */
  read(messages: readonly StoredMessage[]): StoredMessage[] {
    const due = messages.filter(({ seq }) => seq > this.#lastSent);
    this.#lastSent = due.at(-1)?.seq ?? this.#lastSent;
    for (const seq of this.#waiting.keys()) if (seq <= this.#lastSent) this.#waiting.delete(seq);
    return [...due, ...this.#due()];
  }

  /** Takes the waiting messages that are due now. */
  #due(): StoredMessage[] {
    const due: StoredMessage[] = [];
    for (;;) {
      const next = this.#waiting.get(this.#lastSent + 1);
      if (!next) return due;
      this.#waiting.delete(next.seq);
      this.#lastSent = next.seq;
      due.push(next);
    }
  }
}
