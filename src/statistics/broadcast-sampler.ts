import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { ChatRooms } from '../chat/room/chat-rooms.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Sample } from './sample.js';
import { SampleWriter } from './sample-writer.js';
import { STEP_MS } from './sample-steps.js';
import { Tally } from './tally.js';

/** How often viewers are counted, which is the precision of watch time. */
const LOOK_MS = 1_000;
/** How often storing is retried at shutdown; unstored samples are lost after that. */
const LAST_TRIES = 3;

/** Counts viewers and chat messages of live broadcasts. */
@Injectable()
export class BroadcastSampler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** By channel, for those with a live or interrupted broadcast. */
  readonly #tallies = new Map<string, Tally>();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly rooms: ChatRooms,
    private readonly writer: SampleWriter,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.liveChannels.events.on('stateChanged', (channel) => this.#stateChanged(channel));
    this.rooms.events.on('told', ({ id }, messages) =>
      this.#tallies.get(id)?.count(messages.map(({ seq }) => seq)),
    );
    this.#timers.push(
      setInterval(() => this.look(), LOOK_MS),
      setInterval(() => void this.writer.flush(), STEP_MS),
    );
  }

  /**
   * Live broadcasts end with the service, and their last samples are stored while the database is
   * available.
   */
  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { broadcast } of this.liveChannels.channels) broadcast?.end('server_stopped');
    for (let tries = 0; tries < LAST_TRIES; tries += 1) if (await this.writer.flush()) return;
  }

  /** Counts the current viewers. */
  look(): void {
    for (const [channelId, tally] of this.#tallies)
      this.#put(tally.look(this.liveChannels.viewers(channelId), this.clock.nowMs()));
  }

  /** The samples of a broadcast that are not stored yet, including the current one. */
  unstored(broadcastId: string): Sample[] {
    const waiting = this.writer.of(broadcastId);
    for (const tally of this.#tallies.values())
      if (tally.broadcastId === broadcastId) waiting.push(tally.sample);
    return waiting;
  }

  #stateChanged({ id: channelId, broadcast, viewerCount }: LiveChannel): void {
    if (!broadcast) return;
    const nowMs = this.clock.nowMs();
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
    if (sample) this.writer.put(sample);
  }
}
