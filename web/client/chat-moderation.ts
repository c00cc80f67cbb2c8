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

/** The target of an action: the author of a message, or a user by name. */
export type Somebody = Readonly<{ seq: number }> | Readonly<{ name: string }>;

/** A search: part of a text, an author, or both. */
export type Wanted = Readonly<{ query?: string; name?: string; beforeSeq?: number }>;

/**
 * Moderation of a channel's chat, for its owner and moderators. All methods reject with a {@link
 * RequestError}.
 */
export class ChatModeration {
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #heldCount = signal(0);
  readonly #offs: (() => void)[];

  constructor(connection: Connection, channel: string) {
    this.#connection = connection;
    this.#channel = channel;
    const isHere = (payload: { channel: string }) => payload.channel === channel;
    this.#offs = [
      connection.on('chat:held-added', (payload) => isHere(payload) && this.#count(1)),
      connection.on('chat:held-removed', (payload) => isHere(payload) && this.#count(-1)),
    ];
  }

  /** The number of messages waiting for approval. */
  get heldCount(): ReadonlySignal<number> {
    return this.#heldCount;
  }

  /** Sets the initial values from a join. */
  joined(heldCount: number | null): void {
    this.#heldCount.value = heldCount ?? 0;
  }

  /** Calls back when a moderator acts, or when a message is held or released. */
  onChange(listener: () => void): () => void {
    const isHere = (payload: { channel: string }) =>
      payload.channel === this.#channel && listener();
    const offs = (['chat:audited', 'chat:held-added', 'chat:held-removed'] as const).map((event) =>
      this.#connection.on(event, isHere),
    );
    return () => {
      for (const off of offs) off();
    };
  }

  /** Deletes a message for everyone except moderators. */
  async delete(seq: number): Promise<void> {
    await this.#connection.request('chat:delete', { channel: this.#channel, seq });
  }

  async restore(seq: number): Promise<void> {
    await this.#connection.request('chat:restore', { channel: this.#channel, seq });
  }

  /** Deletes all messages by a person; resolves to the number deleted. */
  async clear(whom: Somebody): Promise<number> {
    return (await this.#connection.request('chat:clear', this.#about(whom))).deleted;
  }

  /** Times a person out. */
  timeout(whom: Somebody, seconds: number): Promise<ChatBanView> {
    return this.#connection.request('chat:timeout', { ...this.#about(whom), seconds });
  }

  /** Bans a person. */
  ban(whom: Somebody): Promise<ChatBanView> {
    return this.#connection.request('chat:ban', this.#about(whom));
  }

  /** Lifts a ban or time-out, by ban or by name. */
  async unban(whom: Readonly<{ banId: string }> | Readonly<{ name: string }>): Promise<void> {
    await this.#connection.request('chat:unban', { channel: this.#channel, ...whom });
  }

  /** Lists active bans and time-outs, newest first. */
  async bans(): Promise<readonly ChatBanView[]> {
    return (await this.#connection.request('chat:bans', { channel: this.#channel })).bans;
  }

  /** Pins a message, or unpins it if `seq` is null. */
  async pin(seq: number | null): Promise<void> {
    await this.#connection.request('chat:pin', { channel: this.#channel, seq });
  }

  settings(): Promise<ChatSettings> {
    return this.#connection.request('chat:settings', { channel: this.#channel });
  }

  /** Changes settings; omitted settings remain unchanged. */
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

  /** Gets the audit log, newest first. */
  async audit(): Promise<readonly AuditEntry[]> {
    return (await this.#connection.request('chat:audit', { channel: this.#channel })).entries;
  }

  async undo(entryId: string): Promise<void> {
    await this.#connection.request('chat:undo', { channel: this.#channel, entryId });
  }

  /** Searches a range of messages, newest first. */
  search(wanted: Wanted): Promise<ChatFound> {
    return this.#connection.request('chat:search', { channel: this.#channel, ...wanted });
  }

  /** Gets the current participants of the chat. */
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
