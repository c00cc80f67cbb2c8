import type { Channel } from '../../channels/channel.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { ChatMessage, ChatQuote } from '../../protocol/chat.js';
import type { ChatSettings } from '../../protocol/chat-rules.js';
import { BoundedMap } from './bounded-map.js';
import {
  type Author,
  authorKey,
  emptied,
  quoteOf,
  type StoredMessage,
  viewOf,
} from '../messages/chat-message.js';
import { RoomBans, type StoredBan } from './room-bans.js';
import { RoomGuests } from './room-guests.js';
import { RoomRules } from './room-rules.js';
import { SlowMode } from './slow-mode.js';

/** The minimum interval between updates. After a quiet period, a message is sent immediately. */
const TICK_MS = 40;
/**
 * The share of a core that sending may use. Large rooms get fewer, larger updates to stay below
 * this share.
 */
const SENDING_SHARE = 1 / 4;
/** The maximum interval between updates, however long sending takes. */
const TICK_MAX_MS = 250;
/**
 * The maximum number of quotes in memory. They are quotes of the newest messages, and of older ones
 * that were replied to.
 */
const QUOTES_MAX = 500;
/** The maximum number of senders who are remembered as having chatted in the room before. */
const WRITERS_MAX = 20_000;

/** The stored state with which a room is opened. */
export type RoomState = Readonly<{
  settings: ChatSettings;
  /** The account ids of the moderators. */
  moderators: readonly string[];
  bans: readonly StoredBan[];
  pinned: StoredMessage | null;
  /** The position at which loading began; the rest of the state may be newer. */
  position: RoomPosition;
}>;

/** The seq of a room's newest message, and the version of the newest other change. */
export type RoomPosition = Readonly<{ seq: number; version: number }>;

/** One channel's chat while it is in use, with its permissions, rules and pending updates. */
export class ChatRoom {
  readonly #emitter = new TypedEmitter<{ sent: [messages: readonly ChatMessage[]] }>();
  /** `sent`: an update was sent that contained these messages, in order of seq. */
  readonly events = this.#emitter.listenable;
  readonly channel: Channel;
  #bans: RoomBans;
  readonly guests = new RoomGuests();
  readonly slowMode = new SlowMode();
  /** The senders who have chatted in this room before, by {@link authorKey}. */
  readonly writers = new BoundedMap<string, true>(WRITERS_MAX);
  #moderators: Set<string>;
  readonly #quotes = new BoundedMap<number, ChatQuote>(QUOTES_MAX);
  /** The stored position at which the room was opened. */
  readonly openedAt: RoomPosition;
  #rules: RoomRules;
  #pinned: StoredMessage | null;
  #unsent: ChatMessage[] = [];
  #tick: NodeJS.Timeout | undefined;

  constructor(channel: Channel, { settings, moderators, bans, pinned, position }: RoomState) {
    this.channel = channel;
    this.#rules = new RoomRules(settings);
    this.#bans = new RoomBans(bans);
    this.#pinned = pinned;
    this.#moderators = new Set(moderators);
    this.openedAt = position;
  }

  get id(): string {
    return this.channel.id;
  }

  get rules(): RoomRules {
    return this.#rules;
  }

  get bans(): RoomBans {
    return this.#bans;
  }

  /** Replaces the loaded state with the current one. Unsent messages are dropped. */
  reload({ settings, moderators, bans, pinned }: RoomState): void {
    this.#rules = new RoomRules(settings);
    this.#bans = new RoomBans(bans);
    this.#moderators = new Set(moderators);
    this.#pinned = pinned;
    this.#quotes.clear();
    this.#unsent = [];
  }

  /** Changes the settings, starting with the next message. */
  configure(settings: ChatSettings): void {
    this.#rules = new RoomRules(settings);
  }

  get pinned(): StoredMessage | null {
    return this.#pinned;
  }

  pin(message: StoredMessage | null): void {
    this.#pinned = message;
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
  send(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      this.remember(quoteOf(message));
      const { replyToSeq } = message;
      const quote = replyToSeq === null ? undefined : this.quote(replyToSeq);
      this.#unsent.push(viewOf(message, { quote }));
    }
    if (this.#tick === undefined) this.#sendUnsent();
  }

  /**
   * Records the authors of messages that another node stored. This node needs them to apply the
   * rules.
   */
  heard(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      const { guestId, name } = message;
      this.writers.set(authorKey(message), true);
      if (guestId !== null) this.guests.recordStoredMessage({ guestId, name });
    }
  }

  /** Removes the text of deleted messages from quotes and from unsent messages. */
  forget(seqs: readonly number[]): void {
    const gone = new Set(seqs);
    for (const seq of gone) {
      const quote = this.quote(seq);
      if (quote) this.remember({ ...quote, text: '', deleted: true });
    }
    this.#unsent = this.#unsent.map((view) => (gone.has(view.seq) ? emptied(view) : view));
  }

  /** Removes a deleted account's role, ban, and quotes. */
  forgetAccount({ id, username }: { id: string; username: string }): void {
    this.dismiss(id);
    this.bans.remove({ accountId: id, guestId: null });
    for (const [seq, { name }] of this.#quotes.entries())
      if (name === username) this.#quotes.delete(seq);
  }

  close(): void {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    this.#unsent = [];
    this.#emitter.clear();
  }

  #sendUnsent(): void {
    this.#tick = undefined;
    if (this.#unsent.length === 0) return;
    const messages = this.#unsent.splice(0);
    // CPU time is measured, not wall-clock time, because while other processes use the CPU, sending
    // fewer frames would only delay the messages.
    const before = process.threadCpuUsage();
    this.#emitter.emit('sent', messages);
    const { user, system } = process.threadCpuUsage(before);
    const shareMs = (user + system) / 1_000 / SENDING_SHARE;
    const tickMs = Math.min(TICK_MAX_MS, Math.max(TICK_MS, shareMs));
    this.#tick = setTimeout(() => this.#sendUnsent(), tickMs);
  }
}
