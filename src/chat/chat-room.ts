import type { Channel } from '../broadcast/channel.js';
import type { ChatMessage } from '../protocol/chat.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { type Author, authorKey, type StoredMessage, viewOf } from './chat-message.js';

/** Under load everybody in a room is told this often; a message after a quiet time is told at once. */
const TICK_MS = 40;

/** The chat of one channel while it is in use: who may not write, and what is to be told. */
export class ChatRoom {
  /** `told`: messages to show, in the order of seq: all of a tick. */
  readonly events = new TypedEmitter<{ told: [messages: readonly ChatMessage[]] }>();
  readonly channel: Channel;
  readonly #banned: Set<string>;
  #untold: ChatMessage[] = [];
  #tick: NodeJS.Timeout | undefined;

  constructor(channel: Channel, banned: readonly Author[]) {
    this.channel = channel;
    this.#banned = new Set(banned.map(authorKey));
  }

  get id(): string {
    return this.channel.id;
  }

  isOwner(author: Author): boolean {
    return author.accountId === this.channel.ownerId;
  }

  isBanned(author: Author): boolean {
    return this.#banned.has(authorKey(author));
  }

  ban(author: Author): void {
    this.#banned.add(authorKey(author));
  }

  unban(author: Author): void {
    this.#banned.delete(authorKey(author));
  }

  /** True while something is left to be told. */
  get isBusy(): boolean {
    return this.#tick !== undefined;
  }

  /** Tells everybody what was committed: now, or with the next tick when one was just now. */
  tell(messages: readonly StoredMessage[]): void {
    this.#untold.push(...messages.map(viewOf));
    if (this.#tick === undefined) this.#tellUntold();
  }

  /** A message that was deleted before it was told goes out empty. */
  forget(seq: number): void {
    this.#untold = this.#untold.map((message) =>
      message.seq === seq ? { ...message, text: '', deleted: true } : message,
    );
  }

  close(): void {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    this.#untold = [];
    this.events.clear();
  }

  #tellUntold(): void {
    this.#tick = undefined;
    if (this.#untold.length === 0) return;
    const messages = this.#untold.splice(0);
    this.#tick = setTimeout(() => this.#tellUntold(), TICK_MS);
    this.events.emit('told', messages);
  }
}
