import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { BroadcastRegistry } from '../broadcast/registry.js';
import { WebhookEvents } from './webhook-events.js';

/** Tells webhooks when broadcasts come on and end. */
@Injectable()
export class BroadcastWebhooks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #registry: BroadcastRegistry;
  readonly #events: WebhookEvents;
  /** Those that were told of as live: an interruption is nobody's news. */
  readonly #told = new WeakSet<LiveBroadcast>();

  constructor(registry: BroadcastRegistry, events: WebhookEvents) {
    this.#registry = registry;
    this.#events = events;
  }

  onApplicationBootstrap(): void {
    this.#registry.events.on('stateChanged', (channel) => this.#stateChanged(channel));
  }

  /** What is on ends with the service, and that is put down while the database is there. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const { broadcast } of this.#registry.channels) broadcast?.end('server_stopped');
    await this.#events.settled();
  }

  #stateChanged({ id, name, broadcast }: LiveChannel): void {
    if (!broadcast) return;
    const { view } = broadcast;
    const { title, startedAt, endedAt, endReason: reason, peakViewers } = view;
    const about = { broadcastId: view.id, title, startedAt };
    if (view.state === 'live' && !this.#told.has(broadcast)) {
      this.#told.add(broadcast);
      this.#events.tell({ id, name }, 'broadcast.live', about);
    }
    if (view.state === 'ended' && this.#told.delete(broadcast))
      this.#events.tell({ id, name }, 'broadcast.ended', {
        ...about,
        endedAt,
        reason,
        peakViewers,
      });
  }
}
