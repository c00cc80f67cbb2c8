import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { ChatQuote, ChatSent } from '../../src/protocol/chat.js';
import { RequestError } from './request-error.js';

/** A message of one's own that is not among the chat's messages yet. */
export type OutboxEntry = Readonly<{
  nonce: string;
  text: string;
  guestName: string | undefined;
  /** What it answers. */
  replyTo?: ChatQuote | undefined;
  /** When it was typed, milliseconds since 1970. */
  typedMs: number;
  state: OutboxState;
}>;

export type OutboxState =
  | Readonly<{ name: 'pending' }>
  /** Committed; it comes among the messages in a moment. */
  | Readonly<{ name: 'sent'; seq: number }>
  /** It waits for a moderator's word. */
  | Readonly<{ name: 'held' }>
  | Readonly<{ name: 'failed'; error: RequestError }>;

/** Sends one message; throws {@link RequestError}. */
type Send = (entry: OutboxEntry) => Promise<ChatSent>;

type Options = { send: Send; isOnline: () => boolean; onError: (error: RequestError) => void };

/** What may be different in a moment, with the same message. */
const PASSING: ReadonlySet<string> = new Set([
  'rate_limited',
  'unavailable',
  'timeout',
  'offline',
  'internal',
]);
/** So often is such a message tried before it is left to the sender. */
const ATTEMPTS_MAX = 5;
const RETRY_AFTER_MS = 1_000;
/** Messages that can wait; one more is refused before it leaves the text box. */
const OUTBOX_MAX = 20;

/**
 * Own messages on their way, sent one after another in the order they were typed. What failed for a
 * reason that passes is tried again with its nonce, which the server stores once; what failed for
 * good is kept with the reason until it is retried or discarded.
 */
export class ChatOutbox {
  readonly #options: Options;
  readonly #entries = signal<readonly OutboxEntry[]>([]);
  readonly #attempts = new Map<string, number>();
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  get entries(): ReadonlySignal<readonly OutboxEntry[]> {
    return this.#entries;
  }

  get isFull(): boolean {
    return this.#entries.peek().length >= OUTBOX_MAX;
  }

  add(entry: Omit<OutboxEntry, 'state'>): void {
    this.#entries.value = [...this.#entries.peek(), { ...entry, state: { name: 'pending' } }];
    // Those before it wait for their turn: trying them early would only use up their tries.
    if (this.#timer === undefined) this.flush();
  }

  /** Sends a failed message again, under another guest name if one is given. */
  retry(nonce: string, guestName?: string): void {
    this.#attempts.delete(nonce);
    this.#change(nonce, (entry) => ({
      ...entry,
      guestName: guestName ?? entry.guestName,
      state: { name: 'pending' },
    }));
    this.flush();
  }

  /** Takes a failed message out; returns its text, to be typed on. */
  discard(nonce: string): string | undefined {
    const entry = this.#entries.peek().find((candidate) => candidate.nonce === nonce);
    if (entry?.state.name !== 'failed') return undefined;
    this.#remove((candidate) => candidate === entry);
    return entry.text;
  }

  /** A moderator has decided: what is approved comes among the messages. */
  judged(nonce: string, { approved }: { approved: boolean }): void {
    if (!approved) this.#remove((entry) => entry.nonce === nonce);
  }

  /** Takes out what has come among the chat's messages. */
  arrived(nonces: ReadonlySet<string>, lastSeq: number): void {
    this.#remove(
      ({ nonce, state }) => nonces.has(nonce) || (state.name === 'sent' && state.seq <= lastSeq),
    );
  }

  /** Sends what waits, now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#sending && this.#options.isOnline()) void this.#run();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#entries.value = [];
  }

  async #run(): Promise<void> {
    this.#sending = true;
    for (let entry = this.#next(); entry; entry = this.#next()) {
      try {
        const { seq, held } = await this.#options.send(entry);
        const state: OutboxState = held ? { name: 'held' } : { name: 'sent', seq };
        this.#change(entry.nonce, (sent) => ({ ...sent, state }));
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (this.#failed(entry, error)) break;
      }
    }
    this.#sending = false;
  }

  #next(): OutboxEntry | undefined {
    return this.#entries.peek().find(({ state }) => state.name === 'pending');
  }

  /** True when sending has to wait. */
  #failed({ nonce }: OutboxEntry, error: RequestError): boolean {
    // Only the acknowledgement was lost: it has come among the messages.
    if (!this.#entries.peek().some((entry) => entry.nonce === nonce)) return false;
    this.#options.onError(error);
    // Back with the connection, however long that takes.
    if (error.code === 'offline') return true;
    const attempts = (this.#attempts.get(nonce) ?? 0) + 1;
    this.#attempts.set(nonce, attempts);
    if (PASSING.has(error.code) && attempts < ATTEMPTS_MAX) {
      this.#timer = setTimeout(() => this.flush(), error.retryAfterMs ?? RETRY_AFTER_MS * attempts);
      return true;
    }
    this.#change(nonce, (entry) => ({ ...entry, state: { name: 'failed', error } }));
    return false;
  }

  #change(nonce: string, change: (entry: OutboxEntry) => OutboxEntry): void {
    this.#entries.value = this.#entries
      .peek()
      .map((entry) => (entry.nonce === nonce ? change(entry) : entry));
  }

  #remove(isGone: (entry: OutboxEntry) => boolean): void {
    const entries = this.#entries.peek();
    const left = entries.filter((entry) => !isGone(entry));
    if (left.length < entries.length) this.#entries.value = left;
    for (const nonce of this.#attempts.keys())
      if (!left.some((entry) => entry.nonce === nonce)) this.#attempts.delete(nonce);
  }
}
