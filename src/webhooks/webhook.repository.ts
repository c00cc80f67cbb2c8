import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { WebhookEvent } from '../protocol/webhook.js';

export type StoredWebhook = Readonly<{
  id: string;
  url: string;
  events: readonly string[];
  createdAt: Date;
}>;

export type StoredDelivery = Readonly<{
  id: string;
  event: string;
  attempts: number;
  createdAt: Date;
  deliveredAt: Date | null;
  nextAttemptAt: Date | null;
  lastStatus: number | null;
  lastError: string;
}>;

/** A due delivery, with the data needed to send it. */
export type DueDelivery = Readonly<{
  id: string;
  event: string;
  body: string;
  attempts: number;
  webhook: Readonly<{ id: string; url: string; secret: Uint8Array }>;
}>;

/** The outcome of an attempt. */
export type Outcome = Readonly<{
  attempts: number;
  deliveredAt: Date | null;
  nextAttemptAt: Date | null;
  lastStatus: number | null;
  lastError: string;
}>;

const WEBHOOK = { id: true, url: true, events: true, createdAt: true } as const;
const DELIVERY = {
  id: true,
  event: true,
  attempts: true,
  createdAt: true,
  deliveredAt: true,
  nextAttemptAt: true,
  lastStatus: true,
  lastError: true,
} as const;

/** Stores webhooks and their deliveries. */
@Injectable()
export class WebhookRepository {
  constructor(private readonly db: PrismaService) {}

  list(channelId: string): Promise<StoredWebhook[]> {
    return this.db.webhook.findMany({
      where: { channelId },
      select: WEBHOOK,
      orderBy: { createdAt: 'asc' },
    });
  }

  /** Null when the channel has no webhook with this id. */
  find(channelId: string, id: string): Promise<StoredWebhook | null> {
    return this.db.webhook.findFirst({ where: { id, channelId }, select: WEBHOOK });
  }

  /** Adds a webhook. Null when the channel already has `max`. */
  async add(
    webhook: {
      id: string;
      channelId: string;
      url: string;
      events: readonly WebhookEvent[];
      secret: Uint8Array<ArrayBuffer>;
    },
    max: number,
  ): Promise<StoredWebhook | null> {
    const { channelId, events } = webhook;
    return this.db.$transaction(async (tx) => {
      // Locks the channel, so that concurrent requests can't exceed the limit.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      if ((await tx.webhook.count({ where: { channelId } })) >= max) return null;
      return tx.webhook.create({ data: { ...webhook, events: [...events] }, select: WEBHOOK });
    });
  }

  /**
   * Replaces the secret, which also signs waiting deliveries. Null when the channel has no such
   * webhook.
   */
  async setSecret(
    channelId: string,
    id: string,
    secret: Uint8Array<ArrayBuffer>,
  ): Promise<StoredWebhook | null> {
    const { count } = await this.db.webhook.updateMany({
      where: { id, channelId },
      data: { secret },
    });
    return count === 0 ? null : this.find(channelId, id);
  }

  /** Removes a webhook; does nothing when the channel has none with this id. */
  async remove(channelId: string, id: string): Promise<void> {
    await this.db.webhook.deleteMany({ where: { id, channelId } });
  }

  /** Lists deliveries, newest first. */
  deliveries(webhookId: string, take: number): Promise<StoredDelivery[]> {
    return this.db.webhookDelivery.findMany({
      where: { webhookId },
      select: DELIVERY,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take,
    });
  }

  /** The ids of a channel's webhooks that subscribe to an event. */
  async listeners(channelId: string, event: WebhookEvent): Promise<string[]> {
    const rows = await this.db.webhook.findMany({
      where: { channelId, events: { has: event } },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Stores a delivery. Null, and dropped, when too many already wait. */
  async enqueue(
    delivery: { id: string; webhookId: string; event: string; body: string; at: Date },
    waitingMax: number,
  ): Promise<StoredDelivery | null> {
    const { at, ...data } = delivery;
    const { webhookId } = delivery;
    const waiting = await this.db.webhookDelivery.count({
      where: { webhookId, nextAttemptAt: { not: null } },
    });
    if (waiting >= waitingMax) return null;
    return this.db.webhookDelivery.create({
      data: { ...data, createdAt: at, nextAttemptAt: at },
      select: DELIVERY,
    });
  }

  /** Lists due deliveries, the longest due first. */
  due(now: Date, take: number, butNotOf: readonly string[]): Promise<DueDelivery[]> {
    return this.db.webhookDelivery.findMany({
      where: { nextAttemptAt: { lte: now }, webhookId: { notIn: [...butNotOf] } },
      select: {
        id: true,
        event: true,
        body: true,
        attempts: true,
        webhook: { select: { id: true, url: true, secret: true } },
      },
      orderBy: { nextAttemptAt: 'asc' },
      take,
    });
  }

  /** The time of the next delivery; null if none waits. */
  async nextDueAt(): Promise<Date | null> {
    const { _min: first } = await this.db.webhookDelivery.aggregate({
      _min: { nextAttemptAt: true },
    });
    return first.nextAttemptAt;
  }

  /**
   * Leases a delivery for sending. If this process ends before the outcome is stored, it becomes
   * due again at that time.
   */
  async lease(id: string, until: Date): Promise<void> {
    await this.db.webhookDelivery.updateMany({ where: { id }, data: { nextAttemptAt: until } });
  }

  /** Stores the outcome; does nothing if the webhook was removed meanwhile. */
  async finish(id: string, outcome: Outcome): Promise<void> {
    await this.db.webhookDelivery.updateMany({ where: { id }, data: outcome });
  }

  /** Deletes a webhook's finished deliveries except the newest. */
  async prune(webhookId: string, keep: number): Promise<void> {
    const finished = { webhookId, nextAttemptAt: null };
    const oldest = await this.db.webhookDelivery.findFirst({
      where: finished,
      orderBy: { createdAt: 'desc' },
      skip: keep,
      select: { createdAt: true },
    });
    if (oldest === null) return;
    await this.db.webhookDelivery.deleteMany({
      where: { ...finished, createdAt: { lte: oldest.createdAt } },
    });
  }
}
