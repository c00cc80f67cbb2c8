import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { ChatJoined, ChatMessage } from '../../src/protocol/chat.js';
import { ChatLog, type ReactionChange, withDeleted, withRestored } from './chat-log.js';
import type { Connection } from './connection.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import { RequestError } from './request-error.js';

/** What it needs of the connection. */
export type ChatConnection = Pick<Connection, 'on' | 'onOnline' | 'request' | 'status'>;

type Options = {
  connection: ChatConnection;
  channel: string;
  /** Owner and moderators see what was deleted. */
  seesDeleted: () => boolean;
  onJoined: (joined: ChatJoined) => void;
  /** Stored messages are shown for the first time; the log reaches to `lastSeq`. */
  onShown: (fresh: readonly ChatMessage[], lastSeq: number) => void;
  /** Nothing is missing any more. */
  onCaughtUp: () => void;
  /** The channel was deleted. */
  onGone: () => void;
};

/** Behind by more than this, the newest page is shown instead of all that was missed. */
const CATCH_UP_MAX = 500;
/** Messages that are told while earlier ones are still being fetched; more are fetched as well. */
const HELD_MAX = 1_000;
/** Messages that one request can fetch. */
const PAGE = 100;

/**
 * The stored messages of a chat: told by the server, and fetched where something was missed. After
 * every connect it joins and catches up, until that worked.
 */
export class ChatFeed {
  readonly #options: Options;
  readonly #log = signal(ChatLog.of([]));
  readonly #offs: (() => void)[] = [];
  /** Told while a catch-up was under way. */
  #held: readonly ChatMessage[] = [];
  #joinedOnce = false;
  #catchUp: Promise<void> | null = null;
  #catchUpAgain = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get log(): ReadonlySignal<ChatLog> {
    return this.#log;
  }

  /** Begins to listen, and joins as soon as there is a connection. */
  open(): void {
    const { connection, channel } = this.#options;
    const mine = (told: { channel: string }) => told.channel === channel;
    this.#offs.push(
      connection.onOnline(() => this.#startCatchUp()),
      connection.on('chat:messages', (told) => mine(told) && this.#told(told.messages)),
      connection.on('chat:deleted', (told) => mine(told) && this.#deleted(told.seqs)),
      connection.on('chat:restored', (told) => mine(told) && this.#restored(told.messages)),
      connection.on('chat:reactions', (told) => mine(told) && this.react(told.changes)),
    );
  }

  /** Shows other counts of reactions. */
  react(changes: readonly ReactionChange[]): void {
    this.#log.value = this.#log.peek().react(changes);
  }

  /** Puts a page of earlier messages in front. @throws {RequestError} */
  async loadEarlier(): Promise<void> {
    const { firstSeq } = this.#log.peek();
    const { messages, more } = await this.#history({ beforeSeq: firstSeq });
    // Another call, or a catch-up that started afresh, may have been faster.
    if (this.#log.peek().firstSeq === firstSeq)
      this.#log.value = this.#log.peek().prepend(messages, more);
  }

  /** Joins as for the first time: what one may see is not what it was. */
  joinAnew(): void {
    this.#joinedOnce = false;
    this.#startCatchUp();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const off of this.#offs.splice(0)) off();
  }

  #told(messages: readonly ChatMessage[]): void {
    const log = this.#catchUp || !this.#joinedOnce ? null : this.#log.peek().append(messages);
    if (log) return this.#show(log, messages);
    this.#held = [...this.#held, ...messages].slice(0, HELD_MAX);
    // Something was missed, or comes with the catch-up under way.
    if (this.#joinedOnce && !this.#catchUp) this.#startCatchUp();
  }

  #deleted(seqs: readonly number[]): void {
    const keepTexts = this.#options.seesDeleted();
    this.#log.value = this.#log.peek().delete(seqs, keepTexts);
    this.#held = withDeleted(this.#held, seqs, keepTexts);
  }

  #restored(messages: readonly ChatMessage[]): void {
    this.#log.value = this.#log.peek().restore(messages);
    this.#held = withRestored(this.#held, messages);
  }

  #show(log: ChatLog, fresh: readonly ChatMessage[]): void {
    this.#log.value = log;
    this.#options.onShown(fresh, log.lastSeq);
  }

  #startCatchUp(): void {
    if (this.#closed || this.#options.connection.status.peek() !== 'online') return;
    clearTimeout(this.#retry);
    this.#catchUpAgain = true;
    this.#catchUp ??= this.#runCatchUp().finally(() => {
      this.#catchUp = null;
    });
  }

  async #runCatchUp(): Promise<void> {
    try {
      while (this.#catchUpAgain) {
        this.#catchUpAgain = false;
        await this.#join();
      }
      this.#failures = 0;
      this.#options.onCaughtUp();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#catchUpFailed(error);
    }
  }

  #catchUpFailed({ code, retryAfterMs = 0 }: RequestError): void {
    if (this.#closed || code === 'offline') return; // goes on when it is online
    if (code === 'channel_not_found') return this.#options.onGone();
    const delayMs = Math.max(retryAfterMs, reconnectDelayMs(this.#failures, Math.random()));
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#startCatchUp(), delayMs);
  }

  /** Joins, fetches what was missed, and shows it with what was told meanwhile. */
  async #join(): Promise<void> {
    const { connection, channel } = this.#options;
    const { lastSeq } = this.#log.peek();
    const from = this.#joinedOnce ? { afterSeq: lastSeq } : {};
    const joined = await connection.request('chat:join', { channel, ...from });
    this.#options.onJoined(joined);
    const isFar = joined.lastSeq - lastSeq > CATCH_UP_MAX;
    // The server's last is before ours: it has another database than it had.
    if (!this.#joinedOnce) this.#show(ChatLog.of(joined.messages), joined.messages);
    else if (isFar || joined.lastSeq < lastSeq) await this.#startAfresh();
    else {
      await this.#takeDeletions(joined.deletedSeqs);
      await this.#fetchMissed(joined);
    }
    this.#joinedOnce = true;
    this.#showHeld();
  }

  async #startAfresh(): Promise<void> {
    const { messages } = await this.#history({});
    this.#show(ChatLog.of(messages), messages);
  }

  /** Of what is shown already exactly these are deleted: the others are read again. */
  async #takeDeletions(deletedSeqs: readonly number[]): Promise<void> {
    const deleted = new Set(deletedSeqs);
    let restored = this.#log.peek().deletedSeqs.filter((seq) => !deleted.has(seq));
    this.#log.value = this.#log.peek().delete(deletedSeqs, this.#options.seesDeleted());
    // Each page is of other messages: as many pages as the log has at most.
    while (restored[0] !== undefined) {
      const afterSeq = restored[0] - 1;
      const { messages } = await this.#history({ afterSeq });
      this.#log.value = this.#log
        .peek()
        .restore(messages.filter(({ seq }) => restored.includes(seq)));
      restored = restored.filter((seq) => seq > afterSeq + PAGE);
    }
  }

  async #fetchMissed({ messages, more }: ChatJoined): Promise<void> {
    let page = { messages, more };
    for (;;) {
      const log = this.#log.peek().append(page.messages);
      if (!log) return this.#startAfresh();
      this.#show(log, page.messages);
      if (!page.more) return;
      page = await this.#history({ afterSeq: log.lastSeq });
    }
  }

  #showHeld(): void {
    const held = this.#held;
    this.#held = [];
    const log = this.#log.peek().append(held);
    if (log) this.#show(log, held);
    else this.#catchUpAgain = true;
  }

  #history(from: { afterSeq?: number; beforeSeq?: number }) {
    const { connection, channel } = this.#options;
    return connection.request('chat:history', { channel, limit: PAGE, ...from });
  }
}
