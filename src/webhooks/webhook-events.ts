import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import type { EndReason } from '../protocol/broadcast.js';
import type { AuditEntry, HeldMessageView } from '../protocol/chat-moderation.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { type StoredDelivery, WebhookRepository } from './webhook.repository.js';

/** The data of each event. */
export type WebhookEventData = {
  'broadcast.live': { broadcastId: string; title: string; startedAt: string };
  'broadcast.ended': {
    broadcastId: string;
    title: string;
    startedAt: string;
    endedAt: string | null;
    reason: EndReason | null;
    peakViewers: number;
  };
  /** A chat message waits for a moderator. */
  'message.held': HeldMessageView;
  /** A moderator's action, as in the audit log. */
  'chat.moderated': AuditEntry;
};

type Channel = Readonly<{ id: string; name: string }>;

/** The number of deliveries that may wait for one webhook; further ones are dropped. */
const WAITING_MAX = 1_000;
/** The number of events of all channels being stored. */
const QUEUE_MAX = 1_000;

/**
 * Accepts events from other modules, stores them, and has them sent from the database. Callers wait
 * for neither.
 */
@Injectable()
export class WebhookEvents {
  readonly #log: Log;
  readonly #queue = new SerialQueue(QUEUE_MAX);

  constructor(
    private readonly repository: WebhookRepository,
    private readonly dispatcher: WebhookDispatcher,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'webhooks' });
  }

  /** Notifies a channel's webhooks that subscribe to the event. Never throws. */
  enqueue<E extends keyof WebhookEventData>(
    channel: Channel,
    event: E,
    data: WebhookEventData[E],
  ): void {
    const at = new Date(this.clock.nowMs());
    this.#queue
      .run(async () => {
        const webhooks = await this.repository.listeners(channel.id, event);
        for (const webhookId of webhooks)
          await this.#put({ webhookId, event, at, channel: channel.name, data });
        if (webhooks.length > 0) this.dispatcher.wake();
      })
      .catch((err: unknown) =>
        this.#log.error({ err, channel: channel.name, event }, 'webhooks are not told'),
      );
  }

  /**
   * Sends a ping to one webhook, whatever its subscriptions. Null when too many deliveries wait for
   * it.
   */
  async ping(webhookId: string, channel: string): Promise<StoredDelivery | null> {
    const at = new Date(this.clock.nowMs());
    const delivery = await this.#put({ webhookId, event: 'ping', at, channel, data: {} });
    this.dispatcher.wake();
    return delivery;
  }

  /** Resolves when all accepted events are stored. */
  async settled(): Promise<void> {
    await this.#queue.run(() => undefined);
  }

  async #put(about: {
    webhookId: string;
    event: string;
    at: Date;
    channel: string;
    data: object;
  }): Promise<StoredDelivery | null> {
    const { webhookId, event, at, channel, data } = about;
    const id = randomUUID();
    const body = JSON.stringify({ id, event, at: at.toISOString(), channel, data });
    const put = await this.repository.enqueue({ id, webhookId, event, body, at }, WAITING_MAX);
    if (put === null) this.#log.warn({ webhook: webhookId, event }, 'too much waits: dropped');
    return put;
  }
}
