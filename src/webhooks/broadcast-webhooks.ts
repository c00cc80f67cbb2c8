import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { WebhookEvents } from './webhook-events.js';

/** Notifies webhooks when broadcasts start and end. */
@Injectable()
export class BroadcastWebhooks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /**
   * Broadcasts announced as live, so that resuming after an interruption is not announced again.
   */
  readonly #told = new WeakSet<LiveBroadcast>();

  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly events: WebhookEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.liveChannels.events.on('stateChanged', (channel) => this.#stateChanged(channel));
  }

  /**
   * Active broadcasts end with the service; their events are stored while the database is still
   * open.
   */
  async beforeApplicationShutdown(): Promise<void> {
    for (const { broadcast } of this.liveChannels.channels) broadcast?.end('server_stopped');
    await this.events.settled();
  }

  #stateChanged({ id, name, broadcast }: LiveChannel): void {
    if (!broadcast) return;
    const { view } = broadcast;
    const { title, startedAt, endedAt, endReason: reason, peakViewers } = view;
    const about = { broadcastId: view.id, title, startedAt };
    if (view.state === 'live' && !this.#told.has(broadcast)) {
      this.#told.add(broadcast);
      this.events.enqueue({ id, name }, 'broadcast.live', about);
    }
    if (view.state === 'ended' && this.#told.delete(broadcast))
      this.events.enqueue({ id, name }, 'broadcast.ended', {
        ...about,
        endedAt,
        reason,
        peakViewers,
      });
  }
}
