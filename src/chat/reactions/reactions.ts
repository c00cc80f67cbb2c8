import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../../cluster/bus.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { CONFIG, type Config } from '../../config/config.js';
import { DomainError } from '../../common/domain-error.js';
import { FLOATING_EMOJI } from '../../protocol/limits.js';
import { BoundedMap } from '../room/bounded-map.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import { RoomFollower } from '../room/room-follower.js';
import type { ChatSender } from '../room/chat-sender.js';
import { WritingRules } from '../rules/writing-rules.js';
import { ChatLimits, guestsPerAddress } from '../room/sender-limits.js';
import { FloatingTally } from '../room/floating-tally.js';
import { ReactionRepository } from '../messages/reaction.repository.js';
import { ReactionWriter } from './reaction-writer.js';
import { reactorOf } from '../messages/reactor.js';

const REACTION_RATE = { burst: 10, perSecond: 2 };
const FLOAT_RATE = { burst: 10, perSecond: 4 };
/** The bus topic for floating emoji. Its messages may be lost. */
const FLOATS_TOPIC = 'chat-floats';
const FloatsElsewhere = z.object({
  channelId: z.string(),
  floats: z.array(z.object({ emoji: z.enum(FLOATING_EMOJI), count: z.int().positive() })),
});

/**
 * The maximum number of channels with floating emoji at the same time; the oldest one is evicted.
 */
const TALLIES_MAX = 2_000;

/** Handles reactions to messages, and the emoji that float over the player. */
@Injectable()
export class Reactions implements OnApplicationShutdown {
  readonly #writer: ReactionWriter;
  readonly #reactionLimits: ChatLimits;
  readonly #floatLimits: ChatLimits;
  readonly #tallies = new BoundedMap<string, FloatingTally>(TALLIES_MAX);

  // oxlint-disable-next-line max-params -- Injected by Nest: the rules, the rooms, their storage,
  // the bus, the configuration and the clock.
  constructor(
    private readonly rules: WritingRules,
    private readonly rooms: ChatRooms,
    follower: RoomFollower,
    repository: ReactionRepository,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const people = guestsPerAddress(config);
    this.#reactionLimits = new ChatLimits(people, REACTION_RATE);
    this.#floatLimits = new ChatLimits(people, FLOAT_RATE);
    this.#writer = new ReactionWriter(repository);
    bus.on(FLOATS_TOPIC, (message) => this.#floatedElsewhere(message));
    this.#writer.events.on('changed', ({ channelId, counts, version }) => {
      void follower.tellIn(channelId, version, { kind: 'reactions', counts });
    });
  }

  async onApplicationShutdown(): Promise<void> {
    for (const [, tally] of this.#tallies.entries()) tally.close();
    await this.#writer.close();
  }

  /**
   * Adds a reaction to a message or removes it; resolves when the change is committed.
   * @throws {DomainError} `rate_limited`, `banned`, `timed_out`, `guests_not_allowed`,
   *   `message_not_found`, `conflict`
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
    this.#tallyOf(room.id).add(emoji);
  }

  #floatedElsewhere(message: unknown): void {
    const { data } = FloatsElsewhere.safeParse(message);
    if (data && this.rooms.find(data.channelId))
      this.#tallyOf(data.channelId).addElsewhere(data.floats);
  }

  #tallyOf(channelId: string): FloatingTally {
    return this.#tallies.get(channelId) ?? this.#newTally(channelId);
  }

  #newTally(channelId: string): FloatingTally {
    const tally = new FloatingTally((floats, own) => {
      this.#tallies.delete(channelId);
      this.rooms.reportFloats(channelId, floats);
      if (own.length > 0) this.bus.publish(FLOATS_TOPIC, { channelId, floats: own });
    });
    this.#tallies.set(channelId, tally);
    return tally;
  }

  #assertSlowEnough(limits: ChatLimits, sender: ChatSender): void {
    const retryAfterMs = limits.take(sender, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'Too many reactions at once. Wait a moment.', {
        retryAfterMs,
      });
  }
}
