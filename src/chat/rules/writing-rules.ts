import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { CONFIG, type Config } from '../../config/config.js';
import { FollowService } from '../../follows/follow.service.js';
import type { HeldMessageView } from '../../protocol/chat-moderation.js';
import type { ChatRoom } from '../room/chat-room.js';
import type { ChatSender } from '../room/chat-sender.js';
import { ChatRepository } from '../messages/chat.repository.js';
import { inWords } from './duration.js';
import { guestsPerAddress } from '../room/sender-limits.js';
import { SlowMode } from '../room/slow-mode.js';
import { hasLink, isEmojiOnly } from './text-kinds.js';

/** The reason why a message is held for a moderator; null if it isn't held. */
export type HoldReason = HeldMessageView['reason'] | null;

/** The parts of a message that are checked against the rules. */
type Draft = Readonly<{ text: string; nonce: string; name: string; displayName: string }>;

/**
 * Checks who may write what in a channel. Most checks need only data in memory; the database is
 * queried only for a sender's first message, and for a follow that isn't cached.
 */
@Injectable()
export class WritingRules {
  readonly #guests: boolean;
  /** Slow mode for guests by channel and address, since a guest's id is only stored in a cookie. */
  readonly #ofAddresses: SlowMode;

  constructor(
    private readonly follows: FollowService,
    private readonly messages: ChatRepository,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#guests = config.chat.guests;
    this.#ofAddresses = new SlowMode(guestsPerAddress(config));
  }

  /** Returns whether the sender may write or react at all. */
  canWrite(room: ChatRoom, sender: ChatSender): boolean {
    return !this.#isBanned(room, sender) && (sender.account !== null || this.#takesGuests(room));
  }

  /** @throws {DomainError} `banned`, `timed_out`, `guests_not_allowed` */
  assertCanWrite(room: ChatRoom, sender: ChatSender): void {
    const nowMs = this.clock.nowMs();
    const ban = room.isOwner(sender.author) ? null : room.bans.find(sender, nowMs);
    if (ban?.expiresAt === null)
      throw new DomainError(
        'banned',
        'You are banned from this chat. You can read it, but not write.',
      );
    if (ban?.expiresAt) {
      const retryAfterMs = ban.expiresAt.getTime() - nowMs;
      throw new DomainError(
        'timed_out',
        `You are timed out. You can write again in ${inWords(retryAfterMs)}.`,
        { retryAfterMs },
      );
    }
    if (sender.account === null && !this.#takesGuests(room))
      throw new DomainError(
        'guests_not_allowed',
        'Log in to write. Guests can only read this chat.',
      );
  }

  /**
   * Checks a message against the channel's rules, which do not apply to moderators, and counts it
   * in slow mode. Returns the reason why the message must be held, or null.
   * @throws {DomainError} `followers_only`, `blocked_word`, `emoji_only`, `slow_mode`
   */
  async check(room: ChatRoom, sender: ChatSender, draft: Draft): Promise<HoldReason> {
    if (room.isModerator(sender.author)) return null;
    const { rules } = room.rules;
    if (rules.followersOnlyMin !== null)
      await this.#assertFollows(room, sender, rules.followersOnlyMin);
    if (room.rules.blocks(draft.text))
      throw new DomainError(
        'blocked_word',
        'Your message contains a word that this chat blocks. Rephrase it.',
      );
    if (room.rules.blocks(draft.name) || room.rules.blocks(draft.displayName))
      throw new DomainError(
        'blocked_word',
        'Your name contains a word that this chat blocks. Choose another.',
      );
    if (rules.emojiOnly && !isEmojiOnly(draft.text))
      throw new DomainError('emoji_only', 'This chat accepts only emoji right now.');
    this.#takeTurn(room, sender, draft);
    if (rules.holdLinks && hasLink(draft.text)) return 'link';
    return rules.holdFirst && (await this.#isFirst(room, sender)) ? 'first_message' : null;
  }

  /** Removes a message that was not stored from the slow mode's records. */
  giveTurnBack(room: ChatRoom, sender: ChatSender, { nonce }: Pick<Draft, 'nonce'>): void {
    for (const [slowMode, who] of this.#turnsOf(room, sender)) slowMode.forget(who, nonce);
  }

  /**
   * Returns the slow-mode entries of a sender: the sender's own one and, for guests, also that of
   * the address.
   */
  #turnsOf(
    room: ChatRoom,
    { key, account, addressHash }: ChatSender,
  ): (readonly [SlowMode, string])[] {
    const own = [room.slowMode, key] as const;
    return account === null ? [own, [this.#ofAddresses, `${room.id} ${addressHash}`]] : [own];
  }

  #isBanned(room: ChatRoom, sender: ChatSender): boolean {
    return !room.isOwner(sender.author) && room.bans.find(sender, this.clock.nowMs()) !== null;
  }

  #takesGuests(room: ChatRoom): boolean {
    return this.#guests && !room.rules.rules.registeredOnly;
  }

  async #assertFollows(room: ChatRoom, { account }: ChatSender, minutes: number): Promise<void> {
    const since = account && (await this.follows.since(room.id, account.id));
    if (since === null)
      throw new DomainError(
        'followers_only',
        'Only followers can write here. Follow the channel first.',
      );
    const retryAfterMs = since.getTime() + minutes * 60_000 - this.clock.nowMs();
    if (retryAfterMs > 0)
      throw new DomainError(
        'followers_only',
        `Only people who have followed for ${inWords(minutes * 60_000)} can write here. You can write in ${inWords(retryAfterMs)}.`,
        { retryAfterMs },
      );
  }

  #takeTurn(room: ChatRoom, sender: ChatSender, { nonce }: Draft): void {
    const { slowModeS } = room.rules.rules;
    if (slowModeS === 0) return;
    const nowMs = this.clock.nowMs();
    const turns = this.#turnsOf(room, sender);
    const waits = turns.map(([slowMode, who]) => slowMode.waitMs(who, { nonce, slowModeS, nowMs }));
    const retryAfterMs = Math.max(...waits);
    if (retryAfterMs > 0)
      throw new DomainError(
        'slow_mode',
        `This chat is in slow mode. You can write again in ${inWords(retryAfterMs)}.`,
        { retryAfterMs },
      );
    for (const [slowMode, who] of turns) slowMode.sent(who, { nonce, atMs: nowMs });
  }

  async #isFirst(room: ChatRoom, { key, author }: ChatSender): Promise<boolean> {
    if (room.writers.get(key)) return false;
    if (!(await this.messages.hasWritten(room.id, author))) return true;
    room.writers.set(key, true);
    return false;
  }
}
