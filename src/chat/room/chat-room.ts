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

/** Interval of updates under load; after a quiet period a message is sent immediately. */
const TICK_MS = 40;
/** Larger rooms get fewer, bigger updates: sending uses at most a quarter of a core. */
const TELLING_SHARE = 1 / 4;
/** Longest interval between updates, however long sending takes. */
const TICK_MAX_MS = 250;
/** Quotes in memory: the newest messages and others that were replied to. */
const QUOTES_MAX = 500;
/** Senders known to have written here before. */
const WRITERS_MAX = 20_000;

/** The stored state that a room is opened with. */
export type RoomState = Readonly<{
  settings: ChatSettings;
  /** Ids of the moderators' accounts. */
  moderators: readonly string[];
  bans: readonly StoredBan[];
  pinned: StoredMessage | null;
}>;

/** The chat of one channel while it is in use: permissions, rules, and pending updates. */
export class ChatRoom {
  /** `told`: all messages of one update, in order of seq. */
  readonly events = new TypedEmitter<{ told: [messages: readonly ChatMessage[]] }>();
  readonly channel: Channel;
  readonly bans: RoomBans;
  readonly guests = new RoomGuests();
  readonly slowMode = new SlowMode();
  /** By {@link authorKey}: senders who are not first-time chatters. */
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

  /** Whether the author is the owner or a moderator. */
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

  /** True while updates are pending. */
  get isBusy(): boolean {
    return this.#tick !== undefined;
  }

  /** Returns the quote of a message, if it is still in memory. */
  quote(seq: number): ChatQuote | undefined {
    return this.#quotes.get(seq);
  }

  remember(quote: ChatQuote): void {
    this.#quotes.set(quote.seq, quote);
  }

  /** Broadcasts committed messages: immediately, or with the next update if one was just sent. */
  tell(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      this.remember(quoteOf(message));
      const { replyToSeq } = message;
      const quote = replyToSeq === null ? undefined : this.quote(replyToSeq);
      this.#untold.push(viewOf(message, { quote }));
    }
    if (this.#tick === undefined) this.#tellUntold();
  }

  /** Removes deleted messages from quotes, and empties those not sent yet. */
  forget(messages: readonly StoredMessage[]): void {
    const gone = new Map(messages.map((message) => [message.seq, message]));
    for (const message of messages) if (this.quote(message.seq)) this.remember(quoteOf(message));
    this.#untold = this.#untold.map((view) => {
      const message = gone.get(view.seq);
      return message ? viewOf(message) : view;
    });
  }

  /** Removes a deleted account's rights, bans, and quotes. */
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
    // Measure CPU time, not wall-clock time: while others use the processor, fewer frames would
    // only make readers wait.
    const before = process.threadCpuUsage();
    this.events.emit('told', messages);
    const { user, system } = process.threadCpuUsage(before);
    const shareMs = (user + system) / 1_000 / TELLING_SHARE;
    const tickMs = Math.min(TICK_MAX_MS, Math.max(TICK_MS, shareMs));
    this.#tick = setTimeout(() => this.#tellUntold(), tickMs);
  }
}
