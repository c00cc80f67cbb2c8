import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { CONFIG, type Config } from '../../config/config.js';
import { DomainError } from '../../common/domain-error.js';
import { BoundedMap } from '../room/bounded-map.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import type { ChatSender } from '../room/chat-sender.js';
import { WritingRules } from '../rules/writing-rules.js';
import { ChatLimits, guestsPerAddress } from '../room/sender-limits.js';
import { FloatingTally } from '../room/floating-tally.js';
import { ReactionRepository } from '../messages/reaction.repository.js';
import { ReactionWriter } from './reaction-writer.js';
import { reactorOf } from '../messages/reactor.js';

const REACTION_RATE = { burst: 10, perSecond: 2 };
const FLOAT_RATE = { burst: 10, perSecond: 4 };
/** Channels with emoji in the air at one time; the tally of one more takes the oldest's place. */
const TALLIES_MAX = 2_000;

/** Emoji given to messages, and those that float over the player. */
@Injectable()
export class Reactions implements OnApplicationShutdown {
  readonly #writer: ReactionWriter;
  readonly #reactionLimits: ChatLimits;
  readonly #floatLimits: ChatLimits;
  readonly #tallies = new BoundedMap<string, FloatingTally>(TALLIES_MAX);

  constructor(
    private readonly rules: WritingRules,
    private readonly rooms: ChatRooms,
    repository: ReactionRepository,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const people = guestsPerAddress(config);
    this.#reactionLimits = new ChatLimits(people, REACTION_RATE);
    this.#floatLimits = new ChatLimits(people, FLOAT_RATE);
    this.#writer = new ReactionWriter(repository);
    this.#writer.events.on('changed', (counts) => {
      for (const [channelId, changes] of Map.groupBy(counts, (count) => count.channelId)) {
        const room = rooms.find(channelId);
        if (room) rooms.events.emit('reactionsChanged', room, changes);
      }
    });
  }

  async onApplicationShutdown(): Promise<void> {
    for (const [, tally] of this.#tallies.entries()) tally.close();
    await this.#writer.close();
  }

  /**
   * Gives an emoji to a message, or takes it back; resolves when that is kept.
   * @throws {DomainError} `rate_limited`, `banned`, `timed_out`, `guests_not_allowed`,
   * `message_not_found`, `conflict`
   */
  async react(
    room: ChatRoom,
    sender: ChatSender,
    { seq, emoji, on }: { seq: number; emoji: string; on: boolean },
  ): Promise<void> {
    this.rules.assertCanWrite(room, sender);
    this.#assertSlowEnough(this.#reactionLimits, sender);
    const reactor = reactorOf(sender.author);
    await this.#writer.write({ channelId: room.id, seq, emoji, reactor, on });
  }

  /** @throws {DomainError} `rate_limited`, `banned`, `timed_out`, `guests_not_allowed` */
  float(room: ChatRoom, sender: ChatSender, emoji: string): void {
    this.rules.assertCanWrite(room, sender);
    this.#assertSlowEnough(this.#floatLimits, sender);
    const known = this.#tallies.get(room.id);
    const tally = known ?? this.#newTally(room.id);
    tally.add(emoji);
  }

  #newTally(channelId: string): FloatingTally {
    const tally = new FloatingTally((floats) => {
      this.#tallies.delete(channelId);
      const room = this.rooms.find(channelId);
      if (room) this.rooms.events.emit('floated', room, floats);
    });
    this.#tallies.set(channelId, tally);
    return tally;
  }

  #assertSlowEnough(limits: ChatLimits, sender: ChatSender): void {
    const retryAfterMs = limits.take(sender, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'Too many reactions at once, wait a moment.', {
        retryAfterMs,
      });
  }
}
