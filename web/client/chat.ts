import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import type { ChatRules } from '../../src/protocol/chat-rules.js';
import type { ChatJoined, ChatMessage, ChatQuote } from '../../src/protocol/chat.js';
import { asDeleted, ChatLog } from './chat-log.js';
import { ChatModeration } from './chat-moderation.js';
import { ChatOutbox, type OutboxEntry } from './chat-outbox.js';
import type { Connection } from './connection.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import { RequestError } from './request-error.js';

/** One line of the chat: a message that is stored, or one of one's own that isn't yet. */
export type ChatEntry =
  | Readonly<{ kind: 'message'; message: ChatMessage }>
  | Readonly<{
      kind: 'own';
      entry: OutboxEntry;
      /** As which it will appear. */
      name: string;
      role: ChatMessage['role'];
    }>;

/** `gone`: the channel was deleted. */
export type ChatState = 'connecting' | 'ready' | 'gone';

/** Why the last message was not stored (yet), and when it is tried again. */
export type SendError = Readonly<{ error: RequestError; retryAtMs: number | null }>;

type Options = {
  connection: Connection;
  channel: string;
  nowMs?: () => number;
  newNonce?: () => string;
};

/** Behind by more than this, the newest page is shown instead of all that was missed. */
const CATCH_UP_MAX = 500;
/** Messages that are told while earlier ones are still being fetched; more are fetched as well. */
const HELD_MAX = 1_000;

/**
 * A channel's chat, as it is shown: nothing is lost or shown twice, however often the connection
 * breaks. Own messages are shown at once.
 */
export class Chat {
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #nowMs: () => number;
  readonly #newNonce: () => string;
  readonly #log = signal(ChatLog.of([]));
  readonly #me = signal<ChatJoined['me'] | null>(null);
  readonly #state = signal<ChatState>('connecting');
  readonly #sendError = signal<SendError | null>(null);
  readonly #rules = signal<ChatRules | null>(null);
  readonly #pinned = signal<ChatMessage | null>(null);
  readonly #outbox: ChatOutbox;
  readonly #offs: (() => void)[] = [];
  /** Told while a catch-up was under way. */
  #held: ChatMessage[] = [];
  #joinedOnce = false;
  #catchUp: Promise<void> | null = null;
  #catchUpAgain = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** What the owner and moderators can do. */
  readonly moderation: ChatModeration;
  /** Everything to show, in order; own messages that are not stored yet are last. */
  readonly entries: ReadonlySignal<readonly ChatEntry[]>;
  /** The stored ones among them. */
  readonly messages: ReadonlySignal<readonly ChatMessage[]>;
  /** True when `loadEarlier` has something to load. */
  readonly hasEarlier: ReadonlySignal<boolean>;

  constructor({
    connection,
    channel,
    nowMs = () => Date.now(),
    newNonce = () => crypto.randomUUID(),
  }: Options) {
    this.#connection = connection;
    this.#channel = channel;
    this.#nowMs = nowMs;
    this.#newNonce = newNonce;
    this.moderation = new ChatModeration(connection, channel);
    this.#outbox = new ChatOutbox({
      send: (entry) => this.#send(entry),
      isOnline: () => connection.status.peek() === 'online',
      onError: (error) => this.#sendFailed(error),
    });
    this.messages = computed(() => this.#log.value.messages);
    this.hasEarlier = computed(() => this.#log.value.hasEarlier && !this.#log.value.isFull);
    this.entries = computed(() => [
      ...this.messages.value.map((message) => ({ kind: 'message' as const, message })),
      ...this.#outbox.entries.value.map((entry) => this.#own(entry)),
    ]);
    this.#listen();
  }

  /** Who one is here; null until joined. `canWrite` false: banned, or guests may only read. */
  get me(): ReadonlySignal<ChatJoined['me'] | null> {
    return this.#me;
  }

  get state(): ReadonlySignal<ChatState> {
    return this.#state;
  }

  /** What holds for who writes here; null until joined. */
  get rules(): ReadonlySignal<ChatRules | null> {
    return this.#rules;
  }

  /** The message that is to be seen above the others. */
  get pinned(): ReadonlySignal<ChatMessage | null> {
    return this.#pinned;
  }

  /** The latest trouble with sending; null when the latest message went through. */
  get sendError(): ReadonlySignal<SendError | null> {
    return this.#sendError;
  }

  /**
   * Shows a message as pending and sends it as soon as that is possible.
   * @returns false, with a `sendError`, when it was not taken: the text is still the caller's
   */
  send(
    text: string,
    { guestName, replyTo }: { guestName?: string; replyTo?: ChatQuote } = {},
  ): boolean {
    if (this.#outbox.isFull) {
      const message = 'Earlier messages are still waiting to be sent.';
      this.#sendFailed(new RequestError('rate_limited', message));
      return false;
    }
    this.#sendError.value = null;
    const typedMs = this.#nowMs();
    this.#outbox.add({ nonce: this.#newNonce(), text, guestName, replyTo, typedMs });
    return true;
  }

  /** Sends a failed message again, as the same message. */
  retry(nonce: string, guestName?: string): void {
    this.#sendError.value = null;
    this.#outbox.retry(nonce, guestName);
  }

  /** Takes a failed message away; returns its text. */
  discard(nonce: string): string | undefined {
    this.#sendError.value = null;
    return this.#outbox.discard(nonce);
  }

  /** Puts a page of earlier messages in front. @throws {RequestError} */
  async loadEarlier(): Promise<void> {
    const { firstSeq } = this.#log.peek();
    if (!this.hasEarlier.peek()) return;
    const { messages, more } = await this.#connection.request('chat:history', {
      channel: this.#channel,
      beforeSeq: firstSeq,
    });
    // Another call, or a catch-up that started afresh, may have been faster.
    if (this.#log.peek().firstSeq === firstSeq)
      this.#log.value = this.#log.peek().prepend(messages, more);
  }

  /** Gives an emoji to a message, or takes it back. @throws {RequestError} */
  async react(seq: number, emoji: string, on: boolean): Promise<void> {
    await this.#connection.request('chat:react', { channel: this.#channel, seq, emoji, on });
    const known = this.messages.peek().find((message) => message.seq === seq);
    const count = known?.reactions?.find((reaction) => reaction.emoji === emoji)?.count ?? 0;
    this.#log.value = this.#log.peek().react([{ seq, emoji, count, mine: on }]);
  }

  /** Does what a line with a slash says; resolves with what was done. @throws {RequestError} */
  async command(text: string): Promise<string> {
    const channel = this.#channel;
    return (await this.#connection.request('chat:command', { channel, text })).message;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const off of this.#offs.splice(0)) off();
    this.#outbox.close();
    this.moderation.close();
    if (this.#connection.status.peek() !== 'online') return;
    // Nobody waits for it, and a connection that breaks leaves as well.
    this.#connection.request('chat:leave', { channel: this.#channel }).catch(() => undefined);
  }

  #listen(): void {
    const connection = this.#connection;
    const mine = (payload: { channel: string }) => payload.channel === this.#channel;
    this.#offs.push(
      connection.onOnline(() => this.#startCatchUp()),
      connection.on('chat:messages', (told) => mine(told) && this.#told(told.messages)),
      connection.on('chat:deleted', (told) => mine(told) && this.#deleted(told.seqs)),
      connection.on('chat:restored', (told) => mine(told) && this.#restored(told.messages)),
      connection.on('chat:reactions', (told) => {
        if (mine(told)) this.#log.value = this.#log.peek().react(told.changes);
      }),
      connection.on('chat:pinned', (told) => {
        if (mine(told)) this.#pinned.value = told.message;
      }),
      connection.on('chat:rules', (told) => {
        if (mine(told)) this.#rules.value = told.rules;
      }),
      connection.on('chat:judged', (told) => mine(told) && this.#outbox.judged(told.nonce, told)),
      connection.on('chat:me', (told) => {
        if (mine(told)) this.#me.value = told.me;
      }),
      connection.on('channel:deleted', (told) => {
        if (mine(told)) this.#state.value = 'gone';
      }),
    );
  }

  #told(messages: readonly ChatMessage[]): void {
    const log = this.#catchUp || !this.#joinedOnce ? null : this.#log.peek().append(messages);
    if (log) return this.#show(log, messages);
    if (this.#held.length < HELD_MAX) this.#held.push(...messages);
    // Something was missed, or comes with the catch-up under way.
    if (this.#joinedOnce && !this.#catchUp) this.#startCatchUp();
  }

  /** Owner and moderators see what was deleted. */
  get #seesDeleted(): boolean {
    const role = this.#me.peek()?.role;
    return role === 'owner' || role === 'moderator';
  }

  #restored(messages: readonly ChatMessage[]): void {
    this.#log.value = this.#log.peek().restore(messages);
  }

  #deleted(seqs: readonly number[]): void {
    this.#log.value = this.#log.peek().delete(seqs, this.#seesDeleted);
    this.#held = this.#held.map((held) => (seqs.includes(held.seq) ? asDeleted(held) : held));
  }

  #show(log: ChatLog, fresh: readonly ChatMessage[]): void {
    this.#log.value = log;
    this.#outbox.arrived(new Set(fresh.map(({ nonce }) => nonce)), log.lastSeq);
  }

  #startCatchUp(): void {
    if (this.#closed || this.#connection.status.peek() !== 'online') return;
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
      this.#outbox.flush();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#catchUpFailed(error);
    }
  }

  #catchUpFailed({ code, retryAfterMs = 0 }: RequestError): void {
    if (this.#closed || code === 'offline') return; // goes on when it is online
    if (code === 'channel_not_found') {
      this.#state.value = 'gone';
      return;
    }
    const delayMs = Math.max(retryAfterMs, reconnectDelayMs(this.#failures, Math.random()));
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#startCatchUp(), delayMs);
  }

  /** Joins, fetches what was missed, and shows it with what was told meanwhile. */
  async #join(): Promise<void> {
    const channel = this.#channel;
    const { lastSeq } = this.#log.peek();
    const from = this.#joinedOnce ? { afterSeq: lastSeq } : {};
    const joined = await this.#connection.request('chat:join', { channel, ...from });
    this.#me.value = joined.me;
    this.#rules.value = joined.rules;
    this.#pinned.value = joined.pinned;
    this.moderation.joined(joined.heldCount);
    const isFar = joined.lastSeq - lastSeq > CATCH_UP_MAX;
    // The server's last is before ours: it has another database than it had.
    if (!this.#joinedOnce) this.#show(ChatLog.of(joined.messages), joined.messages);
    else if (isFar || joined.lastSeq < lastSeq) await this.#startAfresh();
    else await this.#fetchMissed(joined);
    this.#joinedOnce = true;
    this.#state.value = 'ready';
    this.#showHeld();
  }

  async #startAfresh(): Promise<void> {
    const { messages } = await this.#connection.request('chat:history', { channel: this.#channel });
    this.#show(ChatLog.of(messages), messages);
  }

  async #fetchMissed({ messages, more, deletedSeqs }: ChatJoined): Promise<void> {
    this.#log.value = this.#log.peek().delete(deletedSeqs, this.#seesDeleted);
    let page = { messages, more };
    for (;;) {
      const log = this.#log.peek().append(page.messages);
      if (!log) return this.#startAfresh();
      this.#show(log, page.messages);
      if (!page.more) return;
      page = await this.#connection.request('chat:history', {
        channel: this.#channel,
        afterSeq: log.lastSeq,
      });
    }
  }

  #showHeld(): void {
    const held = this.#held.splice(0);
    const log = this.#log.peek().append(held);
    if (log) this.#show(log, held);
    else this.#catchUpAgain = true;
  }

  async #send({ nonce, text, guestName, replyTo }: OutboxEntry) {
    const more = {
      ...(guestName !== undefined && { guestName }),
      ...(replyTo && { replyToSeq: replyTo.seq }),
    };
    const channel = this.#channel;
    const sent = await this.#connection.request('chat:send', { channel, nonce, text, ...more });
    this.#sendError.value = null;
    return sent;
  }

  #sendFailed(error: RequestError): void {
    const { retryAfterMs } = error;
    const retryAtMs = retryAfterMs === undefined ? null : this.#nowMs() + retryAfterMs;
    this.#sendError.value = { error, retryAtMs };
  }

  #own(entry: OutboxEntry): ChatEntry {
    const me = this.#me.value;
    return {
      kind: 'own',
      entry,
      name: me?.name ?? entry.guestName ?? '',
      role: me?.role ?? 'guest',
    };
  }
}
