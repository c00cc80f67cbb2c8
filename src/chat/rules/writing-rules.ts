import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import { FollowService } from '../../follows/follow.service.js';
import type { HeldMessageView } from '../../protocol/chat-moderation.js';
import type { ChatRoom } from '../room/chat-room.js';
import type { ChatSender } from '../room/chat-sender.js';
import { ChatRepository } from '../messages/chat.repository.js';
import { inWords } from './duration.js';
import { SLOW_TURNS, type SlowSender, type SlowTurns } from './slow-turns.js';
import { guestsPerAddress } from '../room/sender-limits.js';
import { SlowMode } from '../room/slow-mode.js';
import { hasLink, isEmojiOnly } from './text-kinds.js';

/** The reason why a message is held for review by a moderator; null if it isn't held. */
export type HoldReason = HeldMessageView['reason'] | null;

/** The parts of a message that are checked against the rules. */
type Draft = Readonly<{ text: string; nonce: string; name: string; displayName: string }>;

/**
 * Decides who may send which messages in a channel. Most checks need only data in memory; the
 * database is queried only for a sender's first message, for a follow that isn't cached, and for
 * slow mode in a cluster.
 */
@Injectable()
export class WritingRules {
  readonly #guests: boolean;
  readonly #guestsPerAddress: number;
  /**
   * Slow mode for guests by channel and address, because guests can discard the cookie with their
   * id.
   */
  readonly #ofAddresses: SlowMode;

  // oxlint-disable-next-line max-params -- Injected by Nest: the data that the rules need, the
  // configuration, the clock and the log.
  constructor(
    private readonly follows: FollowService,
    private readonly messages: ChatRepository,
    @Inject(SLOW_TURNS) private readonly ofAllNodes: SlowTurns | null,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#guests = config.chat.guests;
    this.#guestsPerAddress = guestsPerAddress(config);
    this.#ofAddresses = new SlowMode(this.#guestsPerAddress);
  }

  /** Returns whether the sender may chat or react at all. */
  canWrite(room: ChatRoom, sender: ChatSender): boolean {
    return !this.#isBanned(room, sender) && (sender.account !== null || this.#takesGuests(room));
  }

  /** @throws {DomainError} `banned`, `timed_out`, `guests_not_allowed` */
  assertCanWrite(room: ChatRoom, sender: ChatSender): void {
    const nowMs = this.clock.nowMs();
    const ban = room.isOwner(sender.author) ? null : room.bans.find(sender, nowMs);
    if (ban?.expiresAt === null)
      throw new DomainError('banned', 'You are banned from this chat. You can still read it.');
    if (ban?.expiresAt) {
      const retryAfterMs = ban.expiresAt.getTime() - nowMs;
      throw new DomainError(
        'timed_out',
        `You are timed out. You can chat again in ${inWords(retryAfterMs)}.`,
        { retryAfterMs },
      );
    }
    if (sender.account === null && !this.#takesGuests(room))
      throw new DomainError('guests_not_allowed', 'Log in to chat. Guests can only read.');
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
    await this.#takeTurn(room, sender, draft);
    if (rules.holdLinks && hasLink(draft.text)) return 'link';
    return rules.holdFirst && (await this.#isFirst(room, sender)) ? 'first_message' : null;
  }

  /** Stops counting a message in slow mode, because it was not stored. Never rejects. */
  async refundTurn(room: ChatRoom, sender: ChatSender, draft: Pick<Draft, 'nonce'>): Promise<void> {
    const { nonce } = draft;
    this.#forgetTurn(room, sender, nonce);
    if (room.rules.rules.slowModeS === 0) return;
    // If that fails, the sender can still repeat the message.
    await this.ofAllNodes
      ?.refund(this.#sharedTurnsOf(room, sender), nonce)
      .catch((err: unknown) =>
        this.log.warn(
          { err, channelId: room.id },
          'a message that was not stored still counts toward slow mode',
        ),
      );
  }

  #forgetTurn(room: ChatRoom, sender: ChatSender, nonce: string): void {
    for (const [slowMode, who] of this.#turnsOf(room, sender)) slowMode.forget(who, nonce);
  }

  /**
   * Returns the slow-mode entries of a sender: the sender's own and, for guests, also the
   * address's.
   */
  #turnsOf(
    room: ChatRoom,
    { key, account, addressHash }: ChatSender,
  ): (readonly [SlowMode, string])[] {
    const own = [room.slowMode, key] as const;
    return account === null ? [own, [this.#ofAddresses, `${room.id} ${addressHash}`]] : [own];
  }

  /** Returns the same entries, with the keys under which all nodes count them. */
  #sharedTurnsOf(room: ChatRoom, { key, account, addressHash }: ChatSender): SlowSender[] {
    const own = { key: `${room.id} ${key}`, turns: 1 };
    const address = { key: `${room.id} ${addressHash}`, turns: this.#guestsPerAddress };
    return account === null ? [own, address] : [own];
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
        'Only followers can chat here. Follow the channel first.',
      );
    const retryAfterMs = since.getTime() + minutes * 60_000 - this.clock.nowMs();
    if (retryAfterMs > 0)
      throw new DomainError(
        'followers_only',
        `Only people who have followed for ${inWords(minutes * 60_000)} can chat here. You can chat in ${inWords(retryAfterMs)}.`,
        { retryAfterMs },
      );
  }

  async #takeTurn(room: ChatRoom, sender: ChatSender, { nonce }: Draft): Promise<void> {
    const { slowModeS } = room.rules.rules;
    if (slowModeS === 0) return;
    const nowMs = this.clock.nowMs();
    const turns = this.#turnsOf(room, sender);
    const waits = turns.map(([slowMode, who]) => slowMode.waitMs(who, { nonce, slowModeS, nowMs }));
    assertTurn(Math.max(...waits));
    for (const [slowMode, who] of turns) slowMode.sent(who, { nonce, atMs: nowMs });
    if (this.ofAllNodes === null) return;
    const shared = this.#sharedTurnsOf(room, sender);
    try {
      assertTurn(await this.ofAllNodes.take(shared, { nonce, slowModeS }));
    } catch (error) {
      this.#forgetTurn(room, sender, nonce);
      throw error;
    }
  }

  async #isFirst(room: ChatRoom, { key, author }: ChatSender): Promise<boolean> {
    if (room.writers.get(key)) return false;
    if (!(await this.messages.hasWritten(room.id, author))) return true;
    room.writers.set(key, true);
    return false;
  }
}

/** @throws {DomainError} `slow_mode` if the sender has to wait */
function assertTurn(retryAfterMs: number): void {
  if (retryAfterMs > 0)
    throw new DomainError(
      'slow_mode',
      `This chat is in slow mode. You can send the next message in ${inWords(retryAfterMs)}.`,
      { retryAfterMs },
    );
}
