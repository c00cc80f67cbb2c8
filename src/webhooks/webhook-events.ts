import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import type { EndReason } from '../protocol/broadcast.js';
import type { AuditEntry, HeldMessageView } from '../protocol/chat-moderation.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import {
  type BroadcastClaim,
  type NewDelivery,
  type StoredDelivery,
  WebhookRepository,
} from './webhook.repository.js';

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
  /** A chat message is waiting for a moderator. */
  'message.held': HeldMessageView;
  /** A moderator's action, as it appears in the audit log. */
  'chat.moderated': AuditEntry;
};

type Channel = Readonly<{ id: string; name: string }>;
type BroadcastEvent = 'broadcast.live' | 'broadcast.ended';

/** The maximum number of deliveries waiting for one webhook; further ones are dropped. */
const WAITING_MAX = 1_000;
/**
 * The maximum number of events from all channels that are waiting to be stored; further ones are
 * dropped.
 */
const QUEUE_MAX = 1_000;

/**
 * Accepts events from other modules and stores them as deliveries, which are sent from the
 * database. Callers don't wait for either.
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
    this.#store(channel, { event, data }, null);
  }

  /**
   * Notifies webhooks about the start or the end of a broadcast in the same way. Only the first
   * call for each counts, no matter which process makes it. The end is announced only if the start
   * was. If another process has continued the broadcast in the next epoch, the call has no effect.
   */
  enqueueOnce<E extends BroadcastEvent>(
    channel: Channel,
    event: E,
    data: WebhookEventData[E],
    epoch: number,
  ): void {
    const claim = { broadcastId: data.broadcastId, epoch, of: event };
    this.#store(channel, { event, data }, claim);
  }

  /**
   * Sends a ping to one webhook, regardless of the events to which it subscribes. Resolves to null
   * if too many deliveries are waiting for this webhook.
   */
  async ping(webhookId: string, channel: string): Promise<StoredDelivery | null> {
    const at = new Date(this.clock.nowMs());
    const ping = newDelivery(webhookId, { event: 'ping', at, channel, data: {} });
    const delivery = await this.repository.enqueue(ping, WAITING_MAX);
    if (delivery === null) this.#logDropped(webhookId, 'ping');
    this.dispatcher.wake();
    return delivery;
  }

  /** Resolves when all accepted events are stored. */
  async settled(): Promise<void> {
    await this.#queue.run(() => undefined);
  }

  #store(
    channel: Channel,
    { event, data }: { event: keyof WebhookEventData; data: object },
    claim: BroadcastClaim | null,
  ): void {
    const at = new Date(this.clock.nowMs());
    const make = (webhookId: string) =>
      newDelivery(webhookId, { event, at, channel: channel.name, data });
    this.#queue
      .run(async () => {
        const about = { channelId: channel.id, event, claim, at };
        const { stored, dropped } = await this.repository.announce(about, make, WAITING_MAX);
        for (const webhookId of dropped) this.#logDropped(webhookId, event);
        if (stored > 0) this.dispatcher.wake();
      })
      .catch((err: unknown) =>
        this.#log.error(
          { err, channel: channel.name, event },
          'webhook deliveries could not be queued',
        ),
      );
  }

  #logDropped(webhook: string, event: string): void {
    this.#log.warn({ webhook, event }, 'too many deliveries are waiting; one was dropped');
  }
}

function newDelivery(
  webhookId: string,
  { event, at, channel, data }: { event: string; at: Date; channel: string; data: object },
): NewDelivery {
  const id = randomUUID();
  const body = JSON.stringify({ id, event, at: at.toISOString(), channel, data });
  return { id, webhookId, event, body, at };
}
