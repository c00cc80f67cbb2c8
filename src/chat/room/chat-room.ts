import type { Channel } from '../../channels/channel.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { ChatMessage, ChatQuote } from '../../protocol/chat.js';
import type { ChatSettings } from '../../protocol/chat-rules.js';
import { BoundedMap } from './bounded-map.js';
import { type Author, quoteOf, type StoredMessage, viewOf } from '../messages/chat-message.js';
import { RoomBans, type StoredBan } from './room-bans.js';
import { RoomGuests } from './room-guests.js';
import { RoomRules } from './room-rules.js';
import { SlowMode } from './slow-mode.js';

/** Under load everybody in a room is told this often; a message after a quiet time is told at once. */
const TICK_MS = 40;
/** A large room is told more seldom, and of more at once: telling takes a quarter of a core at most. */
const TELLING_SHARE = 1 / 4;
/** Never more seldom than this, whatever telling takes. */
const TICK_MAX_MS = 250;
/** The beginnings of the newest messages, and of others that were answered. */
const QUOTES_MAX = 500;
/** Senders who are known to have written here before. */
const WRITERS_MAX = 20_000;

/** What a room starts from. */
export type RoomState = Readonly<{
  settings: ChatSettings;
  /** Ids of the accounts that moderate. */
  moderators: readonly string[];
  bans: readonly StoredBan[];
  pinned: StoredMessage | null;
}>;

/** The chat of one channel while it is in use: who may write what, and what is to be told. */
export class ChatRoom {
  /** `told`: messages to show, in the order of seq: all of a tick. */
  readonly events = new TypedEmitter<{ told: [messages: readonly ChatMessage[]] }>();
  readonly channel: Channel;
  readonly bans: RoomBans;
  readonly guests = new RoomGuests();
  readonly slowMode = new SlowMode();
  /** By {@link authorKey}: who is no first-time chatter. */
  readonly writers = new BoundedMap<string, true>(WRITERS_MAX);
  rules: RoomRules;
  pinned: StoredMessage | null;
  readonly #moderators: Set<string>;
  readonly #quotes = new BoundedMap<number, ChatQuote>(QUOTES_MAX);
  #untold: ChatMessage[] = [];
  #tick: NodeJS.Timeout | undefined;

  constructor(channel: Channel, { settings, moderators, bans, pinned }: RoomState) {
    this.channel = channel;
    this.rules = new RoomRules(settings);
    this.bans = new RoomBans(bans);
    this.pinned = pinned;
    this.#moderators = new Set(moderators);
  }

  get id(): string {
    return this.channel.id;
  }

  isOwner({ accountId }: Author): boolean {
    return accountId === this.channel.ownerId;
  }

  /** Owner or moderator. */
  isModerator(author: Author): boolean {
    return this.isOwner(author) || this.#moderators.has(author.accountId ?? '');
  }

  roleOf(author: Author): ChatMessage['role'] {
    if (this.isOwner(author)) return 'owner';
    if (author.accountId === null) return 'guest';
    return this.#moderators.has(author.accountId) ? 'moderator' : 'member';
  }

  appoint(accountId: string): void {
    this.#moderators.add(accountId);
  }

  dismiss(accountId: string): void {
    this.#moderators.delete(accountId);
  }

  /** True while something is left to be told. */
  get isBusy(): boolean {
    return this.#tick !== undefined;
  }

  /** The beginning of a message, where it is still in memory. */
  quote(seq: number): ChatQuote | undefined {
    return this.#quotes.get(seq);
  }

  remember(quote: ChatQuote): void {
    this.#quotes.set(quote.seq, quote);
  }

  /** Tells everybody what was committed: now, or with the next tick when one was just now. */
  tell(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      this.remember(quoteOf(message));
      const { replyToSeq } = message;
      const quote = replyToSeq === null ? undefined : this.quote(replyToSeq);
      this.#untold.push(viewOf(message, { quote }));
    }
    if (this.#tick === undefined) this.#tellUntold();
  }

  /** What was deleted is quoted no more, and goes out empty where it was not told yet. */
  forget(messages: readonly StoredMessage[]): void {
    const gone = new Map(messages.map((message) => [message.seq, message]));
    for (const message of messages) if (this.quote(message.seq)) this.remember(quoteOf(message));
    this.#untold = this.#untold.map((view) => {
      const message = gone.get(view.seq);
      return message ? viewOf(message) : view;
    });
  }

  /** An account is gone: it has no rights and no ban any more, and what it wrote is not quoted by its name. */
  forgetAccount({ id, username }: { id: string; username: string }): void {
    this.dismiss(id);
    this.bans.remove({ accountId: id, guestId: null });
    for (const [seq, { name }] of this.#quotes.entries())
      if (name === username) this.#quotes.delete(seq);
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
    // Not by the clock: while others have the processor, fewer frames would only make readers wait.
    const before = process.threadCpuUsage();
    this.events.emit('told', messages);
    const { user, system } = process.threadCpuUsage(before);
    const shareMs = (user + system) / 1_000 / TELLING_SHARE;
    const tickMs = Math.min(TICK_MAX_MS, Math.max(TICK_MS, shareMs));
    this.#tick = setTimeout(() => this.#tellUntold(), tickMs);
  }
}
