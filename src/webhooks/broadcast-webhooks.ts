import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { Jobs } from '../db/jobs.js';
import type { EndReason } from '../protocol/broadcast.js';
import { WebhookEvents } from './webhook-events.js';
import { WebhookRepository } from './webhook.repository.js';

/** The interval between checks for ends that weren't announced. */
const MISSED_EVERY_MS = 60_000;
/** The time after the end of a broadcast in which its own process may still announce the end. */
const MISSED_AFTER_MS = 30_000;
/** The maximum number of ends announced per check. */
const MISSED_MAX = 100;

/**
 * Notifies webhooks once when a broadcast starts and once when it ends, even if it moves between
 * nodes.
 */
@Injectable()
export class BroadcastWebhooks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /**
   * The broadcasts whose start this process announced, so that no query is needed when they resume
   * after an interruption.
   */
  readonly #announced = new WeakSet<LiveBroadcast>();
  #stopLooking: () => void = () => undefined;

  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly events: WebhookEvents,
    private readonly repository: WebhookRepository,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.liveChannels.events.on('stateChanged', (channel) => this.#stateChanged(channel));
    this.#stopLooking = this.jobs.every({
      name: 'webhooks-of-ends',
      everyMs: MISSED_EVERY_MS,
      work: () => this.announceMissedEnds(),
      log: this.log.child({ part: 'webhooks' }),
    });
  }

  /** Ends running broadcasts, so that their events are stored while the database is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopLooking();
    this.liveChannels.stop();
    await this.events.settled();
  }

  /** Announces the ends of broadcasts whose process stopped before it could do so. */
  async announceMissedEnds(): Promise<void> {
    const before = new Date(this.clock.nowMs() - MISSED_AFTER_MS);
    for (const ended of await this.repository.unannouncedEnds(before, MISSED_MAX)) {
      const { id: broadcastId, channel, title, startedAt, endedAt, endReason, peakViewers } = ended;
      const data = {
        broadcastId,
        title,
        startedAt: startedAt.toISOString(),
        endedAt: endedAt?.toISOString() ?? null,
        reason: endReason && (endReason.toLowerCase() as EndReason),
        peakViewers,
      };
      this.events.enqueueOnce(channel, 'broadcast.ended', data, ended.epoch);
    }
    await this.events.settled();
  }

  #stateChanged({ id, name, broadcast }: LiveChannel): void {
    if (!broadcast) return;
    const { view } = broadcast;
    const { title, startedAt, endedAt, endReason: reason, peakViewers } = view;
    const about = { broadcastId: view.id, title, startedAt };
    if (view.state === 'live' && !this.#announced.has(broadcast)) {
      this.#announced.add(broadcast);
      this.events.enqueueOnce({ id, name }, 'broadcast.live', about, broadcast.epoch);
    }
    if (view.state === 'ended' && broadcast.wasLive)
      this.events.enqueueOnce(
        { id, name },
        'broadcast.ended',
        { ...about, endedAt, reason, peakViewers },
        broadcast.epoch,
      );
  }
}
