import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import type { ChatRules } from '../../src/protocol/chat-rules.js';
import type { ChatJoined, ChatMessage, ChatQuote } from '../../src/protocol/chat.js';
import type { FLOATING_EMOJI } from '../../src/protocol/limits.js';
import { ChatFeed } from './chat-feed.js';
import { ChatModeration } from './chat-moderation.js';
import { ChatOutbox, type OutboxEntry } from './chat-outbox.js';
import type { Connection } from './connection.js';
import { isRefusal } from './refusal.js';
import { RequestError } from './request-error.js';

/** One line of the chat: a stored message, or a message by the user that isn't stored yet. */
export type ChatEntry =
  | Readonly<{ kind: 'message'; message: ChatMessage }>
  | Readonly<{
      kind: 'own';
      entry: OutboxEntry;
      /** The name under which the message will appear. */
      name: string;
      role: ChatMessage['role'];
    }>;

/** `gone`: the channel was deleted. */
export type ChatState = 'connecting' | 'ready' | 'gone';

/** The reason why the last message hasn't been stored, and the time of the next attempt. */
export type SendError = Readonly<{ error: RequestError; retryAtMs: number | null }>;

export type FloatingEmoji = (typeof FLOATING_EMOJI)[number];

/** An emoji, and how many times it floats over the player. */
export type Float = Readonly<{ emoji: string; count: number }>;

type Options = {
  connection: Connection;
  channel: string;
  nowMs?: () => number;
  newNonce?: () => string;
};

/**
 * A channel's chat as displayed. No message is lost or shown twice, however often the connection
 * breaks. The user's own messages appear immediately.
 */
export class Chat {
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #nowMs: () => number;
  readonly #newNonce: () => string;
  readonly #me = signal<ChatJoined['me'] | null>(null);
  readonly #state = signal<ChatState>('connecting');
  readonly #sendError = signal<SendError | null>(null);
  readonly #rules = signal<ChatRules | null>(null);
  readonly #pinned = signal<ChatMessage | null>(null);
  readonly #outbox: ChatOutbox;
  readonly #feed: ChatFeed;
  readonly #offs: (() => void)[] = [];

  /** The actions of the owner and moderators. */
  readonly moderation: ChatModeration;
  /** All lines in order; messages that are not stored yet come last. */
  readonly entries: ReadonlySignal<readonly ChatEntry[]>;
  /** The stored messages among the lines. */
  readonly messages: ReadonlySignal<readonly ChatMessage[]>;
  /** True if `loadEarlier` has something to load. */
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
    this.#feed = new ChatFeed({
      connection,
      channel,
      seesDeleted: () => this.#moderates,
      onJoined: (joined) => this.#joined(joined),
      onShown: (fresh, lastSeq) =>
        this.#outbox.arrived(new Set(fresh.map(({ nonce }) => nonce)), lastSeq),
      onCaughtUp: () => this.#caughtUp(),
      onGone: () => this.#gone(),
    });
    const { log } = this.#feed;
    this.messages = computed(() => log.value.messages);
    this.hasEarlier = computed(() => log.value.hasEarlier && !log.value.isFull);
    this.entries = computed(() => [
      ...this.messages.value.map((message) => ({ kind: 'message' as const, message })),
      ...this.#outbox.entries.value.map((entry) => this.#own(entry)),
    ]);
    this.#listen();
    this.#feed.open();
  }

  /**
   * The user's identity in this chat; null until joined. `canWrite` is false if the user is banned,
   * or is a guest and guests can only read.
   */
  get me(): ReadonlySignal<ChatJoined['me'] | null> {
    return this.#me;
  }

  get state(): ReadonlySignal<ChatState> {
    return this.#state;
  }

  /** The rules of this chat; null until joined. */
  get rules(): ReadonlySignal<ChatRules | null> {
    return this.#rules;
  }

  /** The pinned message. */
  get pinned(): ReadonlySignal<ChatMessage | null> {
    return this.#pinned;
  }

  /** The latest send error; null if the latest message was accepted. */
  get sendError(): ReadonlySignal<SendError | null> {
    return this.#sendError;
  }

  /**
   * Shows a message as pending and sends it as soon as possible.
   * @returns false if the message was not accepted; `sendError` then gives the reason, and the
   *   caller keeps the text
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

  /** Resends a failed message as the same message. */
  retry(nonce: string, guestName?: string): void {
    this.#sendError.value = null;
    this.#outbox.retry(nonce, guestName);
  }

  /** Removes a failed message and returns its text. */
  discard(nonce: string): string | undefined {
    this.#sendError.value = null;
    return this.#outbox.discard(nonce);
  }

  /** Removes a rejected message and returns its text; the reason remains in `sendError`. */
  takeBack(nonce: string): string | undefined {
    return this.#outbox.discard(nonce);
  }

  /** Clears the error of a rejected message that was discarded. */
  forgetRefusal(): void {
    const sendError = this.#sendError.peek();
    if (sendError && isRefusal(sendError.error)) this.#sendError.value = null;
  }

  /**
   * Prepends a page of earlier messages.
   * @throws {RequestError}
   */
  async loadEarlier(): Promise<void> {
    if (this.hasEarlier.peek()) await this.#feed.loadEarlier();
  }

  /**
   * Adds a reaction to a message, or removes it.
   * @throws {RequestError}
   */
  async react(seq: number, emoji: string, on: boolean): Promise<void> {
    await this.#connection.request('chat:react', { channel: this.#channel, seq, emoji, on });
    const known = this.messages.peek().find((message) => message.seq === seq);
    const count = known?.reactions?.find((reaction) => reaction.emoji === emoji)?.count ?? 0;
    this.#feed.react([{ seq, emoji, count, mine: on }]);
  }

  /**
   * Floats an emoji over everyone's player.
   * @throws {RequestError}
   */
  async float(emoji: FloatingEmoji): Promise<void> {
    await this.#connection.request('chat:float', { channel: this.#channel, emoji });
  }

  /** Calls back with emoji that float over the player, including the user's own. */
  onFloats(listener: (floats: readonly Float[]) => void): () => void {
    return this.#connection.on('chat:floats', ({ channel, floats }) => {
      if (channel === this.#channel) listener(floats);
    });
  }

  /**
   * Runs a slash command. If the page has just been opened, waits until it is connected. Resolves
   * with a description of the result.
   * @throws {RequestError}
   */
  async command(text: string): Promise<string> {
    const channel = this.#channel;
    await this.#connection.firstAttempt;
    return (await this.#connection.request('chat:command', { channel, text })).message;
  }

  close(): void {
    this.#feed.close();
    for (const off of this.#offs.splice(0)) off();
    this.#outbox.close();
    this.moderation.close();
    if (this.#connection.status.peek() !== 'online') return;
    // Nothing waits for the reply. If the connection is broken, the client has left the chat
    // anyway.
    this.#connection.request('chat:leave', { channel: this.#channel }).catch(() => undefined);
  }

  #listen(): void {
    const connection = this.#connection;
    const mine = (payload: { channel: string }) => payload.channel === this.#channel;
    this.#offs.push(
      connection.on('chat:pinned', (payload) => {
        if (mine(payload)) this.#pinned.value = payload.message;
      }),
      connection.on('chat:rules', (payload) => {
        if (!mine(payload)) return;
        this.#rules.value = payload.rules;
        // The error concerned the previous rules.
        this.forgetRefusal();
      }),
      connection.on(
        'chat:judged',
        (payload) => mine(payload) && this.#outbox.judged(payload.nonce, payload),
      ),
      connection.on('chat:me', (payload) => mine(payload) && this.#became(payload.me)),
      connection.on('channel:deleted', (payload) => {
        if (mine(payload)) this.#gone();
      }),
    );
  }

  get #moderates(): boolean {
    const role = this.#me.peek()?.role;
    return role === 'owner' || role === 'moderator';
  }

  #joined({ me, rules, pinned, heldCount }: ChatJoined): void {
    this.#me.value = me;
    this.#rules.value = rules;
    this.#pinned.value = pinned;
    this.moderation.joined(heldCount);
  }

  #became(me: ChatJoined['me']): void {
    const moderated = this.#moderates;
    this.#me.value = me;
    if (this.#moderates !== moderated) this.#feed.rejoin();
  }

  #caughtUp(): void {
    this.#state.value = 'ready';
    this.#outbox.flush();
  }

  #gone(): void {
    this.#state.value = 'gone';
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
