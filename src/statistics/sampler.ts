import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { BroadcastRegistry } from '../broadcast/registry.js';
import { ChatRooms } from '../chat/chat-rooms.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Sample } from './sample.js';
import { SampleWriter } from './sample-writer.js';
import { STEP_MS } from './sample-steps.js';
import { Tally } from './tally.js';

/** How often viewers are counted: watch time is as exact. */
const LOOK_MS = 1_000;
/** At the end what is not stored is lost: it is tried so often. */
const LAST_TRIES = 3;

/** Counts the viewers and the chat messages of what is on. */
@Injectable()
export class BroadcastSampler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #registry: BroadcastRegistry;
  readonly #rooms: ChatRooms;
  readonly #writer: SampleWriter;
  readonly #clock: Clock;
  /** By channel, of those with a broadcast that is live or interrupted. */
  readonly #tallies = new Map<string, Tally>();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    registry: BroadcastRegistry,
    rooms: ChatRooms,
    writer: SampleWriter,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#registry = registry;
    this.#rooms = rooms;
    this.#writer = writer;
    this.#clock = clock;
  }

  onApplicationBootstrap(): void {
    this.#registry.events.on('stateChanged', (channel) => this.#stateChanged(channel));
    this.#rooms.events.on('told', ({ id }, messages) =>
      this.#tallies.get(id)?.count(messages.map(({ seq }) => seq)),
    );
    this.#timers.push(
      setInterval(() => this.look(), LOOK_MS),
      setInterval(() => void this.#writer.flush(), STEP_MS),
    );
  }

  /** What is on ends with the service, and its last samples are stored while the database is there. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { broadcast } of this.#registry.channels) broadcast?.end('server_stopped');
    for (let tries = 0; tries < LAST_TRIES; tries += 1) if (await this.#writer.flush()) return;
  }

  /** Counts who watches what now. */
  look(): void {
    for (const [channelId, tally] of this.#tallies)
      this.#put(tally.look(this.#registry.viewers(channelId), this.#clock.nowMs()));
  }

  /** What is not stored yet of a broadcast, and the sample that is being counted. */
  unstored(broadcastId: string): Sample[] {
    const waiting = this.#writer.of(broadcastId);
    for (const tally of this.#tallies.values())
      if (tally.broadcastId === broadcastId) waiting.push(tally.sample);
    return waiting;
  }

  #stateChanged({ id: channelId, broadcast, viewerCount }: LiveChannel): void {
    if (!broadcast) return;
    const nowMs = this.#clock.nowMs();
    const tally = this.#tallies.get(channelId);
    const { name } = broadcast.phase;
    if (name === 'live' && tally?.broadcastId !== broadcast.id)
      this.#tallies.set(channelId, new Tally(broadcast, viewerCount, nowMs));
    if (name !== 'ended' || tally?.broadcastId !== broadcast.id) return;
    this.#put(tally.look(viewerCount, nowMs));
    this.#put(tally.sample);
    this.#tallies.delete(channelId);
  }

  #put(sample: Sample | null): void {
    if (sample) this.#writer.put(sample);
  }
}
