import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { ChatQuote, ChatSent } from '../../src/protocol/chat.js';
import { RequestError } from './request-error.js';

/** A message by the user that isn't among the chat's messages yet. */
export type OutboxEntry = Readonly<{
  nonce: string;
  text: string;
  guestName: string | undefined;
  /** The message to which it replies. */
  replyTo?: ChatQuote | undefined;
  /** The time at which the message was written, in milliseconds since 1970. */
  typedMs: number;
  state: OutboxState;
}>;

export type OutboxState =
  | Readonly<{ name: 'pending' }>
  /** The message is committed, and is about to appear in the chat. */
  | Readonly<{ name: 'sent'; seq: number }>
  /** The message is waiting for a moderator's approval. */
  | Readonly<{ name: 'held' }>
  | Readonly<{ name: 'failed'; error: RequestError }>;

/** Sends one message; throws {@link RequestError}. */
type Send = (entry: OutboxEntry) => Promise<ChatSent>;

type Options = { send: Send; isOnline: () => boolean; onError: (error: RequestError) => void };

/** The codes of transient errors, after which the same message is retried. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'rate_limited',
  'unavailable',
  'timeout',
  'offline',
  'internal',
]);
/** After this number of attempts, a message has failed, and the user can retry or discard it. */
const ATTEMPTS_MAX = 5;
const RETRY_AFTER_MS = 1_000;
/** The maximum number of waiting messages. Any further message remains in the text box. */
const OUTBOX_MAX = 20;

/**
 * The user's messages in transit, sent one at a time in the order they were written. A message that
 * failed for a transient reason is retried with its nonce, so the server stores it only once. A
 * message that failed permanently remains here with the reason until it is retried or discarded.
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
    // While the timer runs, messages keep waiting, because sending them early would only use up
    // their attempts.
    if (this.#timer === undefined) this.flush();
  }

  /** Resends a failed message, under another guest name if one is given. */
  retry(nonce: string, guestName?: string): void {
    this.#attempts.delete(nonce);
    this.#change(nonce, (entry) => ({
      ...entry,
      guestName: guestName ?? entry.guestName,
      state: { name: 'pending' },
    }));
    this.flush();
  }

  /** Removes a failed message and returns its text for editing. */
  discard(nonce: string): string | undefined {
    const entry = this.#entries.peek().find((candidate) => candidate.nonce === nonce);
    if (entry?.state.name !== 'failed') return undefined;
    this.#remove((candidate) => candidate === entry);
    return entry.text;
  }

  /** Applies a moderator's decision. An approved message will appear in the chat. */
  judged(nonce: string, { approved }: { approved: boolean }): void {
    if (!approved) this.#remove((entry) => entry.nonce === nonce);
  }

  /** Removes messages that have appeared in the chat. */
  arrived(nonces: ReadonlySet<string>, lastSeq: number): void {
    this.#remove(
      ({ nonce, state }) => nonces.has(nonce) || (state.name === 'sent' && state.seq <= lastSeq),
    );
  }

  /** Sends waiting messages immediately. */
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

  /** Handles an error; returns true if sending must wait. */
  #failed({ nonce }: OutboxEntry, error: RequestError): boolean {
    // The message has appeared in the chat, so only the acknowledgement was lost.
    if (!this.#entries.peek().some((entry) => entry.nonce === nonce)) return false;
    this.#options.onError(error);
    // Sending resumes once the connection is back, however long that takes.
    if (error.code === 'offline') return true;
    const attempts = (this.#attempts.get(nonce) ?? 0) + 1;
    this.#attempts.set(nonce, attempts);
    if (TRANSIENT.has(error.code) && attempts < ATTEMPTS_MAX) {
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
