import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { ChatJoined, ChatMessage } from '../../src/protocol/chat.js';
import { ChatLog, type ReactionChange, withDeleted, withRestored } from './chat-log.js';
import type { Connection } from './connection.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import { RequestError } from './request-error.js';

/** The part of the connection that a feed uses. */
export type ChatConnection = Pick<Connection, 'on' | 'onOnline' | 'request' | 'status'>;

type Options = {
  connection: ChatConnection;
  channel: string;
  /** Returns whether the user sees deleted messages, as the owner and moderators do. */
  seesDeleted: () => boolean;
  onJoined: (joined: ChatJoined) => void;
  /** Called when stored messages appear for the first time; the log then ends at `lastSeq`. */
  onShown: (fresh: readonly ChatMessage[], lastSeq: number) => void;
  /** Called when the feed has caught up. */
  onCaughtUp: () => void;
  /** Called when the channel has been deleted. */
  onGone: () => void;
};

/**
 * If more messages than this were missed, they aren't fetched; the newest page replaces the log.
 */
const CATCH_UP_MAX = 500;
/**
 * The maximum number of messages held while earlier ones are being fetched. Messages beyond it are
 * dropped, and fetched once the next message reveals the gap.
 */
const HELD_MAX = 1_000;
/** The number of messages per request. */
const PAGE = 100;

/**
 * The stored messages of a chat. The server sends each message when it is stored; the feed fetches
 * any that it missed. After every connect, the feed joins the chat and catches up, and retries
 * until that succeeds.
 */
export class ChatFeed {
  readonly #options: Options;
  readonly #log = signal(ChatLog.of([]));
  readonly #offs: (() => void)[] = [];
  /** Messages received during a catch-up. */
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

  /** Starts listening, and joins as soon as there is a connection. */
  open(): void {
    const { connection, channel } = this.#options;
    const mine = (payload: { channel: string }) => payload.channel === channel;
    this.#offs.push(
      connection.onOnline(() => this.#startCatchUp()),
      connection.on(
        'chat:messages',
        (payload) => mine(payload) && this.#received(payload.messages),
      ),
      connection.on('chat:deleted', (payload) => mine(payload) && this.#deleted(payload.seqs)),
      connection.on(
        'chat:restored',
        (payload) => mine(payload) && this.#restored(payload.messages),
      ),
      connection.on('chat:reset', (payload) => mine(payload) && this.rejoin()),
      connection.on('chat:reactions', (payload) => mine(payload) && this.react(payload.changes)),
    );
  }

  /** Updates reaction counts. */
  react(changes: readonly ReactionChange[]): void {
    this.#log.value = this.#log.peek().react(changes);
  }

  /**
   * Prepends a page of earlier messages.
   * @throws {RequestError}
   */
  async loadEarlier(): Promise<void> {
    const { firstSeq } = this.#log.peek();
    const { messages, more } = await this.#history({ beforeSeq: firstSeq });
    // Another call, or a new catch-up, may have finished first.
    if (this.#log.peek().firstSeq === firstSeq)
      this.#log.value = this.#log.peek().prepend(messages, more);
  }

  /**
   * Joins from scratch. Call this when the set of messages that the user can see may have changed.
   */
  rejoin(): void {
    this.#joinedOnce = false;
    this.#startCatchUp();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const off of this.#offs.splice(0)) off();
  }

  #received(messages: readonly ChatMessage[]): void {
    const isCurrent = this.#joinedOnce && !this.#catchUp;
    if (isCurrent && this.#append(messages)) return;
    this.#held = [...this.#held, ...messages].slice(0, HELD_MAX);
    // If no catch-up is running, messages were missed.
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

  /**
   * Shows the messages that aren't shown yet. A message that was stored during a join arrives
   * twice: in the reply and as an event. Returns false if messages before them are missing.
   */
  #append(messages: readonly ChatMessage[]): boolean {
    const before = this.#log.peek();
    const log = before.append(messages);
    if (!log) return false;
    this.#show(
      log,
      messages.filter(({ seq }) => seq > before.lastSeq),
    );
    return true;
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
    if (this.#closed || code === 'offline') return; // joining resumes when online
    if (code === 'channel_not_found') return this.#options.onGone();
    const delayMs = Math.max(retryAfterMs, reconnectDelayMs(this.#failures, Math.random()));
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#startCatchUp(), delayMs);
  }

  /** Joins, fetches missed messages, and shows them with those received in the meantime. */
  async #join(): Promise<void> {
    const { connection, channel } = this.#options;
    const { lastSeq } = this.#log.peek();
    const from = this.#joinedOnce ? { afterSeq: lastSeq } : {};
    const joined = await connection.request('chat:join', { channel, ...from });
    this.#options.onJoined(joined);
    const isFar = joined.lastSeq - lastSeq > CATCH_UP_MAX;
    // If the server's last message is older than ours, its database was replaced.
    if (!this.#joinedOnce) this.#show(ChatLog.of(joined.messages), joined.messages);
    else if (isFar || joined.lastSeq < lastSeq) await this.#reload();
    else {
      await this.#takeDeletions(joined.deletedSeqs);
      await this.#fetchMissed(joined);
    }
    this.#joinedOnce = true;
    this.#showHeld();
  }

  async #reload(): Promise<void> {
    const { messages } = await this.#history({});
    this.#show(ChatLog.of(messages), messages);
  }

  /**
   * Makes the shown messages match this list: marks the listed ones as deleted, and refetches those
   * that are no longer listed.
   */
  async #takeDeletions(deletedSeqs: readonly number[]): Promise<void> {
    const deleted = new Set(deletedSeqs);
    let restored = this.#log.peek().deletedSeqs.filter((seq) => !deleted.has(seq));
    this.#log.value = this.#log.peek().delete(deletedSeqs, this.#options.seesDeleted());
    // Pages don't overlap, so this takes at most as many requests as loading the whole log.
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
      if (!this.#append(page.messages)) return this.#reload();
      if (!page.more) return;
      page = await this.#history({ afterSeq: this.#log.peek().lastSeq });
    }
  }

  #showHeld(): void {
    const held = this.#held;
    this.#held = [];
    if (!this.#append(held)) this.#catchUpAgain = true;
  }

  #history(from: { afterSeq?: number; beforeSeq?: number }) {
    const { connection, channel } = this.#options;
    return connection.request('chat:history', { channel, limit: PAGE, ...from });
  }
}
