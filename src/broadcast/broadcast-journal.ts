import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { EndReason } from '../protocol/broadcast.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import { type BroadcastRecord, BroadcastRepository } from './broadcast.repository.js';
import type { LiveBroadcast } from './live-broadcast.js';
import { LiveChannels } from './live-channels.js';

/** Interval of the heartbeat that is stored for each running broadcast. */
const SIGN_OF_LIFE_MS = 10_000;
const RETRY_DELAYS_MS = [200, 1_000, 5_000];

/**
 * Stores the phases of broadcasts, in order and in the background: a slow or unavailable database
 * stops no broadcast. A write that still fails after the retries is logged; the next heartbeat
 * stores the state again.
 */
@Injectable()
export class BroadcastJournal implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #queue = new SerialQueue(10_000);
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: BroadcastRepository,
    private readonly liveChannels: LiveChannels,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const closed = await this.repository.closeLeftOvers();
    if (closed > 0) this.log.warn({ broadcasts: closed }, 'ended broadcasts left over by a crash');
    this.#timer = setInterval(() => this.#signOfLife(), SIGN_OF_LIFE_MS);
  }

  /**
   * Ends all broadcasts and waits until everything is written, while the database is still open.
   */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    for (const channel of this.liveChannels.channels) channel.broadcast?.end('server_stopped');
    await this.#queue.run(() => undefined);
  }

  /**
   * Stores a new broadcast and each phase it enters. A broadcast that ends before media arrives is
   * deleted. Rejects if it cannot be stored.
   */
  async open(broadcast: LiveBroadcast, channelId: string): Promise<void> {
    await this.repository.create(recordOf(broadcast, channelId));
    broadcast.events.on('phaseEntered', ({ name }) => {
      if (name === 'ended' && !broadcast.wasLive) this.#forget(broadcast.id);
      else this.#save(recordOf(broadcast, channelId));
    });
  }

  /** Returns why a broadcast ended; null if it has not ended or is unknown. */
  endReasonOf(broadcastId: string): Promise<EndReason | null> {
    return this.repository.endReason(broadcastId);
  }

  #signOfLife(): void {
    for (const { id, broadcast } of this.liveChannels.channels)
      if (broadcast) this.#save(recordOf(broadcast, id));
  }

  #save(record: BroadcastRecord): void {
    this.#enqueue(record.id, () => this.repository.save(record, this.clock.nowMs()));
  }

  #forget(broadcastId: string): void {
    this.#enqueue(broadcastId, () => this.repository.remove(broadcastId));
  }

  #enqueue(broadcastId: string, write: () => Promise<void>): void {
    void this.#queue
      .run(() => this.#write(broadcastId, write))
      .catch((err: unknown) =>
        this.log.error({ err, broadcastId }, 'a broadcast could not be stored'),
      );
  }

  async #write(broadcastId: string, write: () => Promise<void>): Promise<void> {
    for (const delayMs of RETRY_DELAYS_MS)
      try {
        return await write();
      } catch (err) {
        this.log.warn({ err, broadcastId }, 'the database did not answer, retrying');
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    await write();
  }
}

function recordOf(broadcast: LiveBroadcast, channelId: string): BroadcastRecord {
  const { id, title, visibility, phase, source, startedAtMs, peakViewers } = broadcast;
  return {
    id,
    channelId,
    title,
    visibility,
    state: phase.name,
    source,
    startedAtMs,
    endedAtMs: phase.name === 'ended' ? phase.atMs : null,
    endReason: phase.name === 'ended' ? phase.reason : null,
    peakViewers,
  };
}
