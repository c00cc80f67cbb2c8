import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { EndReason } from '../protocol/broadcast.js';
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

/** A delivery that only this process may send before `until`, with the data needed to send it. */
export type ClaimedDelivery = Readonly<{
  id: string;
  event: string;
  body: string;
  attempts: number;
  until: Date;
  webhook: Readonly<{ id: string; url: string; secret: Uint8Array }>;
}>;

type ClaimedRow = Pick<ClaimedDelivery, 'id' | 'event' | 'body' | 'attempts'> &
  Readonly<{ webhook: string; url: string; secret: Uint8Array }>;

/** The outcome of an attempt. */
export type Outcome = Readonly<{
  attempts: number;
  deliveredAt: Date | null;
  nextAttemptAt: Date | null;
  lastStatus: number | null;
  lastError: string;
}>;

/** A delivery to be stored. */
export type NewDelivery = Readonly<{
  id: string;
  webhookId: string;
  event: string;
  body: string;
  at: Date;
}>;

/** A broadcast event that is announced only once. */
export type BroadcastClaim = Readonly<{
  broadcastId: string;
  epoch: number;
  of: 'broadcast.live' | 'broadcast.ended';
}>;

/** A broadcast that has ended. */
export type EndedBroadcast = Readonly<{
  id: string;
  epoch: number;
  channel: Readonly<{ id: string; name: string }>;
  title: string;
  startedAt: Date;
  endedAt: Date | null;
  endReason: Uppercase<EndReason> | null;
  peakViewers: number;
}>;

const ENDED = {
  id: true,
  epoch: true,
  channel: { select: { id: true, name: true } },
  title: true,
  startedAt: true,
  endedAt: true,
  endReason: true,
  peakViewers: true,
} as const;

type Tables = Pick<PrismaService, 'broadcast' | 'webhook' | 'webhookDelivery'>;

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

  /** Finds a webhook; resolves to null if the channel has no webhook with this id. */
  find(channelId: string, id: string): Promise<StoredWebhook | null> {
    return this.db.webhook.findFirst({ where: { id, channelId }, select: WEBHOOK });
  }

  /** Adds a webhook; resolves to null if the channel already has `max` webhooks. */
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
      // This locks the channel, so that concurrent requests can't exceed the limit.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      if ((await tx.webhook.count({ where: { channelId } })) >= max) return null;
      return tx.webhook.create({ data: { ...webhook, events: [...events] }, select: WEBHOOK });
    });
  }

  /**
   * Replaces the secret. Waiting deliveries will be signed with the new one. Resolves to null if
   * the channel has no such webhook.
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

  /** Removes a webhook; does nothing if the channel has no webhook with this id. */
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

  /**
   * Stores a delivery of an event to each of the channel's webhooks that subscribe to it. Resolves
   * with their number, and with the webhooks for which too many deliveries are already waiting. With
   * a claim, does nothing if the event was claimed before.
   */
  announce(
    about: { channelId: string; event: WebhookEvent; claim: BroadcastClaim | null; at: Date },
    make: (webhookId: string) => NewDelivery,
    waitingMax: number,
  ): Promise<{ stored: number; dropped: string[] }> {
    const { channelId, event, claim, at } = about;
    return this.db.$transaction(async (tx) => {
      const result = { stored: 0, dropped: new Array<string>() };
      if (claim !== null && !(await claimEvent(tx, claim, at))) return result;
      const webhooks = await tx.webhook.findMany({
        where: { channelId, events: { has: event } },
        select: { id: true },
      });
      for (const { id } of webhooks)
        if (await enqueue(tx, make(id), waitingMax)) result.stored += 1;
        else result.dropped.push(id);
      return result;
    });
  }

  /** Lists broadcasts that ended before `before`, whose start was announced and whose end wasn't. */
  unannouncedEnds(before: Date, take: number): Promise<EndedBroadcast[]> {
    return this.db.broadcast.findMany({
      where: { endToldAt: null, liveToldAt: { not: null }, endedAt: { lt: before } },
      select: ENDED,
      take,
    });
  }

  /**
   * Stores a delivery. If too many deliveries are already waiting, drops it and resolves to null.
   */
  enqueue(delivery: NewDelivery, waitingMax: number): Promise<StoredDelivery | null> {
    return enqueue(this.db, delivery, waitingMax);
  }

  /**
   * Leases the delivery that has been due longest to the caller, among the webhooks to which no
   * delivery is being sent; resolves to null if there is none. If several processes call this at
   * once, each gets a delivery for a different webhook. If the caller doesn't {@link finish} the
   * delivery before `until`, it is due again.
   */
  async claim(now: Date, until: Date): Promise<ClaimedDelivery | null> {
    // The rows are checked again when they are locked, so deliveries that another process has just
    // claimed or finished aren't found.
    const [row] = await this.db.$queryRaw<ClaimedRow[]>`
      WITH due AS MATERIALIZED (
        SELECT d.id, d.webhook_id, d.event, d.body, d.attempts
        FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
        WHERE d.next_attempt_at <= ${now}::timestamptz
          AND (w.leased_until IS NULL OR w.leased_until <= ${now}::timestamptz)
        ORDER BY d.next_attempt_at LIMIT 1
        FOR UPDATE SKIP LOCKED
      )
      UPDATE webhooks w SET leased_until = ${until}::timestamptz FROM due
      WHERE w.id = due.webhook_id
      RETURNING due.id, due.event, due.body, due.attempts, w.id AS webhook, w.url, w.secret`;
    if (row === undefined) return null;
    const { id, event, body, attempts, webhook, url, secret } = row;
    return { id, event, body, attempts, until, webhook: { id: webhook, url, secret } };
  }

  /**
   * Resolves with the next time at which a delivery can be claimed, either because the earliest
   * delivery of a free webhook is due or because a lease expires; null if no delivery is waiting.
   */
  async nextDueAt(now: Date): Promise<Date | null> {
    const [row] = await this.db.$queryRaw<{ at: Date | null }[]>`
      SELECT LEAST(
        (SELECT d.next_attempt_at FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
          WHERE d.next_attempt_at IS NOT NULL
            AND (w.leased_until IS NULL OR w.leased_until <= ${now}::timestamptz)
          ORDER BY d.next_attempt_at LIMIT 1),
        (SELECT min(leased_until) FROM webhooks WHERE leased_until > ${now}::timestamptz)
      ) AS at`;
    return row?.at ?? null;
  }

  /**
   * Stores the outcome and ends the lease. Does nothing if the webhook has been removed. If the
   * lease has expired and another process has sent the delivery in the meantime, the other
   * process's outcome is preserved.
   */
  async finish({ id, attempts, until, webhook }: ClaimedDelivery, outcome: Outcome): Promise<void> {
    await this.db.$transaction([
      this.db.webhookDelivery.updateMany({ where: { id, attempts }, data: outcome }),
      this.db.webhook.updateMany({
        where: { id: webhook.id, leasedUntil: until },
        data: { leasedUntil: null },
      }),
    ]);
  }

  /** Deletes a webhook's finished deliveries except the newest `keep`. */
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

async function enqueue(
  db: Tables,
  { at, ...data }: NewDelivery,
  waitingMax: number,
): Promise<StoredDelivery | null> {
  const { webhookId } = data;
  const waiting = await db.webhookDelivery.count({
    where: { webhookId, nextAttemptAt: { not: null } },
  });
  if (waiting >= waitingMax) return null;
  return db.webhookDelivery.create({
    data: { ...data, createdAt: at, nextAttemptAt: at },
    select: DELIVERY,
  });
}

/**
 * Claims an event; resolves to false if it was claimed before. If two transactions run
 * concurrently, the second one waits for the first, and then finds the row changed.
 */
async function claimEvent(
  db: Tables,
  { broadcastId: id, epoch, of }: BroadcastClaim,
  at: Date,
): Promise<boolean> {
  const isLive = of === 'broadcast.live';
  const { count } = await db.broadcast.updateMany({
    where: {
      id,
      epoch,
      ...(isLive ? { liveToldAt: null } : { liveToldAt: { not: null }, endToldAt: null }),
    },
    data: isLive ? { liveToldAt: at } : { endToldAt: at },
  });
  return count > 0;
}
