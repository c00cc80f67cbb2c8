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

/** The interval between viewer counts, which determines the precision of the watch time. */
const COUNT_MS = 1_000;
/** The number of attempts to store samples at shutdown; after these, the samples are lost. */
const LAST_TRIES = 3;

/** Counts viewers and chat messages of live broadcasts. */
@Injectable()
export class BroadcastSampler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /**
   * The tallies by channel id. There is one for each channel with a live or interrupted broadcast.
   */
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
    this.rooms.events.on('sent', ({ id }, messages) =>
      this.#tallies.get(id)?.count(messages.map(({ seq }) => seq)),
    );
    this.#timers.push(
      setInterval(() => this.countViewers(), COUNT_MS),
      setInterval(() => void this.writer.flush(), STEP_MS),
    );
  }

  /**
   * Ends all broadcasts, or leaves them to other nodes, because the service is stopping. Stores
   * their last samples while the database is still available.
   */
  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.liveChannels.stop();
    for (let tries = 0; tries < LAST_TRIES; tries += 1) if (await this.writer.flush()) return;
  }

  /** Counts the current viewers. */
  countViewers(): void {
    for (const [channelId, tally] of this.#tallies)
      this.#put(tally.record(this.liveChannels.viewers(channelId), this.clock.nowMs()));
  }

  /** Returns a broadcast's samples that haven't been stored yet, including the current one. */
  unstored(broadcastId: string): Sample[] {
    const waiting = this.writer.of(broadcastId);
    for (const tally of this.#tallies.values())
      if (tally.broadcastId === broadcastId) waiting.push(tally.sample);
    return waiting;
  }

  #stateChanged({ id: channelId, name: channel, broadcast, viewerCount }: LiveChannel): void {
    const nowMs = this.clock.nowMs();
    const tally = this.#tallies.get(channelId);
    // If the channel had a broadcast, another node continues it.
    if (!broadcast) {
      if (tally) this.#close(channelId, tally, viewerCount);
      return;
    }
    const { name } = broadcast.phase;
    if (name === 'live' && tally?.broadcastId !== broadcast.id) {
      this.#tallies.set(channelId, new Tally(broadcast, viewerCount, nowMs));
      // An open room also receives messages from other nodes. If it can't be opened, only the count
      // is affected.
      this.rooms.open(channel).catch(() => undefined);
    }
    if (name !== 'ended' || tally?.broadcastId !== broadcast.id) return;
    this.#close(channelId, tally, viewerCount);
  }

  #close(channelId: string, tally: Tally, viewers: number): void {
    this.#put(tally.record(viewers, this.clock.nowMs()));
    this.#put(tally.sample);
    this.#tallies.delete(channelId);
  }

  #put(sample: Sample | null): void {
    if (sample) this.writer.put(sample);
  }
}
