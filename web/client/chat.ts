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

export type FloatingEmoji = (typeof FLOATING_EMOJI)[number];

/** How often one emoji is to float over the player. */
export type Float = Readonly<{ emoji: string; count: number }>;

type Options = {
  connection: Connection;
  channel: string;
  nowMs?: () => number;
  newNonce?: () => string;
};

/**
 * A channel's chat, as it is shown: nothing is lost or shown twice, however often the connection
 * breaks. Own messages are shown at once.
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

  /** The same for one that was refused; the reason stays in `sendError`. */
  takeBack(nonce: string): string | undefined {
    return this.#outbox.discard(nonce);
  }

  /** What was refused is given up: the reason is of no more use. */
  forgetRefusal(): void {
    const trouble = this.#sendError.peek();
    if (trouble && isRefusal(trouble.error)) this.#sendError.value = null;
  }

  /** Puts a page of earlier messages in front. @throws {RequestError} */
  async loadEarlier(): Promise<void> {
    if (this.hasEarlier.peek()) await this.#feed.loadEarlier();
  }

  /** Gives an emoji to a message, or takes it back. @throws {RequestError} */
  async react(seq: number, emoji: string, on: boolean): Promise<void> {
    await this.#connection.request('chat:react', { channel: this.#channel, seq, emoji, on });
    const known = this.messages.peek().find((message) => message.seq === seq);
    const count = known?.reactions?.find((reaction) => reaction.emoji === emoji)?.count ?? 0;
    this.#feed.react([{ seq, emoji, count, mine: on }]);
  }

  /** Lets an emoji float over everybody's player. @throws {RequestError} */
  async float(emoji: FloatingEmoji): Promise<void> {
    await this.#connection.request('chat:float', { channel: this.#channel, emoji });
  }

  /** Calls back with what floats over the player now, one's own as well. */
  onFloats(listener: (floats: readonly Float[]) => void): () => void {
    return this.#connection.on('chat:floats', ({ channel, floats }) => {
      if (channel === this.#channel) listener(floats);
    });
  }

  /** Does what a line with a slash says; resolves with what was done. @throws {RequestError} */
  async command(text: string): Promise<string> {
    const channel = this.#channel;
    return (await this.#connection.request('chat:command', { channel, text })).message;
  }

  close(): void {
    this.#feed.close();
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
      connection.on('chat:pinned', (told) => {
        if (mine(told)) this.#pinned.value = told.message;
      }),
      connection.on('chat:rules', (told) => {
        if (!mine(told)) return;
        this.#rules.value = told.rules;
        // It was for the rules until now.
        this.forgetRefusal();
      }),
      connection.on('chat:judged', (told) => mine(told) && this.#outbox.judged(told.nonce, told)),
      connection.on('chat:me', (told) => mine(told) && this.#became(told.me)),
      connection.on('channel:deleted', (told) => {
        if (mine(told)) this.#gone();
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
    if (this.#moderates !== moderated) this.#feed.joinAnew();
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
