import { type ReadonlySignal, signal } from '@preact/signals-core';
import type {
  AuditEntry,
  ChatBanView,
  ChatFound,
  ChatViewers,
  HeldMessageView,
} from '../../src/protocol/chat-moderation.js';
import type { ChatRules, ChatSettings } from '../../src/protocol/chat-rules.js';
import type { Connection } from './connection.js';

/** Whom an action is about: who wrote a message, or who is called so. */
export type Somebody = Readonly<{ seq: number }> | Readonly<{ name: string }>;

/** What is searched for: a part of a text, whose messages, or both. */
export type Wanted = Readonly<{ query?: string; name?: string; beforeSeq?: number }>;

/** What the owner and moderators of a channel can do in its chat. All reject with a {@link RequestError}. */
export class ChatModeration {
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #heldCount = signal(0);
  readonly #offs: (() => void)[];

  constructor(connection: Connection, channel: string) {
    this.#connection = connection;
    this.#channel = channel;
    const isHere = (told: { channel: string }) => told.channel === channel;
    this.#offs = [
      connection.on('chat:held-added', (told) => isHere(told) && this.#count(1)),
      connection.on('chat:held-removed', (told) => isHere(told) && this.#count(-1)),
    ];
  }

  /** How many messages wait for a word. */
  get heldCount(): ReadonlySignal<number> {
    return this.#heldCount;
  }

  /** Takes over what a join told. */
  joined(heldCount: number | null): void {
    this.#heldCount.value = heldCount ?? 0;
  }

  /** Calls back when something was done that moderators see. */
  onChange(listener: () => void): () => void {
    const isHere = (told: { channel: string }) => told.channel === this.#channel && listener();
    const offs = (['chat:audited', 'chat:held-added', 'chat:held-removed'] as const).map((event) =>
      this.#connection.on(event, isHere),
    );
    return () => {
      for (const off of offs) off();
    };
  }

  /** Empties a message for everybody but moderators. */
  async delete(seq: number): Promise<void> {
    await this.#connection.request('chat:delete', { channel: this.#channel, seq });
  }

  async restore(seq: number): Promise<void> {
    await this.#connection.request('chat:restore', { channel: this.#channel, seq });
  }

  /** Deletes all that somebody wrote; resolves with how many messages that were. */
  async clear(whom: Somebody): Promise<number> {
    return (await this.#connection.request('chat:clear', this.#about(whom))).deleted;
  }

  /** Keeps somebody from writing for a while. */
  timeout(whom: Somebody, seconds: number): Promise<ChatBanView> {
    return this.#connection.request('chat:timeout', { ...this.#about(whom), seconds });
  }

  /** Keeps somebody from writing. */
  ban(whom: Somebody): Promise<ChatBanView> {
    return this.#connection.request('chat:ban', this.#about(whom));
  }

  /** Lets somebody write again: by the ban, or by name. */
  async unban(whom: Readonly<{ banId: string }> | Readonly<{ name: string }>): Promise<void> {
    await this.#connection.request('chat:unban', { channel: this.#channel, ...whom });
  }

  /** Who may not write, the newest first. */
  async bans(): Promise<readonly ChatBanView[]> {
    return (await this.#connection.request('chat:bans', { channel: this.#channel })).bans;
  }

  /** Puts a message above the others; null takes it down. */
  async pin(seq: number | null): Promise<void> {
    await this.#connection.request('chat:pin', { channel: this.#channel, seq });
  }

  settings(): Promise<ChatSettings> {
    return this.#connection.request('chat:settings', { channel: this.#channel });
  }

  /** What is left out stays as it is. */
  change(change: {
    rules?: Partial<ChatRules>;
    blockedWords?: readonly string[];
  }): Promise<ChatSettings> {
    const { rules, blockedWords } = change;
    return this.#connection.request('chat:change-settings', {
      channel: this.#channel,
      ...(rules && { rules }),
      ...(blockedWords && { blockedWords: [...blockedWords] }),
    });
  }

  async held(): Promise<readonly HeldMessageView[]> {
    return (await this.#connection.request('chat:held', { channel: this.#channel })).held;
  }

  async judge(heldId: string, approve: boolean): Promise<void> {
    await this.#connection.request('chat:judge', { channel: this.#channel, heldId, approve });
  }

  /** What moderators did, the newest first. */
  async audit(): Promise<readonly AuditEntry[]> {
    return (await this.#connection.request('chat:audit', { channel: this.#channel })).entries;
  }

  async undo(entryId: string): Promise<void> {
    await this.#connection.request('chat:undo', { channel: this.#channel, entryId });
  }

  /** Looks through a stretch of the messages, the newest first. */
  search(wanted: Wanted): Promise<ChatFound> {
    return this.#connection.request('chat:search', { channel: this.#channel, ...wanted });
  }

  /** Who is in the chat now. */
  viewers(): Promise<ChatViewers> {
    return this.#connection.request('chat:viewers', { channel: this.#channel });
  }

  close(): void {
    for (const off of this.#offs) off();
  }

  #about(whom: Somebody) {
    const channel = this.#channel;
    return 'seq' in whom ? { channel, seq: whom.seq } : { channel, name: whom.name };
  }

  #count(change: number): void {
    this.#heldCount.value = Math.max(0, this.#heldCount.peek() + change);
  }
}
