import type { StoredMessage } from '../messages/chat-message.js';

/**
 * The order in which one node sends a room's messages: by consecutive seqs, starting after the one
 * at which it opened the room. Messages are committed in this order, so all messages before a
 * stored one are stored too.
 */
export class RoomOrder {
  #told: number;
  #newest: number;

  /** @param told the seq before that of the first message to send */
  constructor(told: number) {
    this.#told = told;
    this.#newest = told;
  }

  /** The seq of the last message that was sent. */
  get told(): number {
    return this.#told;
  }

  /** The seq of the newest message that is known to be stored. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether stored messages have yet to be read, because this node doesn't have them. */
  get isBehind(): boolean {
    return this.#newest > this.#told;
  }

  /** Records that a message with this seq is stored. */
  heard(seq: number): void {
    this.#newest = Math.max(this.#newest, seq);
  }

  /**
   * Takes messages that this node stored, in order of seq; returns those to send now. Messages
   * after a gap are read later, together with the other nodes' messages that fill the gap.
   */
  committed(messages: readonly StoredMessage[]): StoredMessage[] {
    for (const { seq } of messages) this.heard(seq);
    return messages.filter(({ seq }) => {
      if (seq !== this.#told + 1) return false;
      this.#told = seq;
      return true;
    });
  }

  /**
   * Takes the first messages after {@link told}, in order of seq, as they were read from the
   * database; returns those to send, without any that were sent during the read.
   */
  read(messages: readonly StoredMessage[]): StoredMessage[] {
    const due = messages.filter(({ seq }) => seq > this.#told);
    this.#told = due.at(-1)?.seq ?? this.#told;
    return due;
  }
}
