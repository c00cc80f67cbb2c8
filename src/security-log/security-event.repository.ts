import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { Prisma } from '../generated/prisma/client.js';
import { SecurityEventKind } from '../protocol/security-event.js';
import {
  isFailure,
  OTHERS_MAX,
  type SecurityEvent,
  type EventShare,
  SHARED_KINDS,
  shareOf,
} from './security-event.js';

const HOUR_MS = 3_600_000;
/** The maximum number of rows per deletion. */
const SWEEP_MAX = 5_000;

/** A transaction, or the database itself for an action without one. */
export type Transaction = Pick<
  Prisma.TransactionClient,
  '$queryRaw' | '$executeRaw' | 'securityEvent' | 'adminEvent'
>;

/** A row, which represents all identical events within an hour. */
export type StoredEvent = Readonly<{
  id: string;
  kind: SecurityEventKind;
  subject: string;
  detail: string;
  network: string;
  device: string;
  count: number;
  firstAt: Date;
  lastAt: Date;
}>;

const EVENT = {
  id: true,
  kind: true,
  subject: true,
  detail: true,
  network: true,
  device: true,
  count: true,
  firstAt: true,
  lastAt: true,
} as const;

/**
 * Records an event in the transaction of the action that causes it. Repetitions within an hour are
 * counted in one row. Beyond the account's limit, the oldest rows are deleted. Does nothing if the
 * account no longer exists.
 */
export async function writeEvent(tx: Transaction, event: SecurityEvent, at: Date): Promise<void> {
  const { accountId, kind, subject = '', detail = '', from } = event;
  const hour = startOfHour(at);
  // Attackers can choose their user agent, so all failures from one network are counted in one row.
  const device = isFailure(kind) ? '' : from.device;
  const rows: unknown[] = await tx.$queryRaw`
    INSERT INTO security_events
      (id, account_id, kind, subject, detail, network, device, hour, count, first_at, last_at)
    SELECT ${randomUUID()}::uuid, id, ${kind}::text, ${subject}::text, ${detail}::text,
      ${from.network}::text, ${device}::text, ${hour}::timestamptz, 1, ${at}::timestamptz,
      ${at}::timestamptz
    FROM accounts WHERE id = ${accountId}::uuid
    ON CONFLICT (account_id, hour, kind, subject, detail, network, device)
    DO UPDATE SET count = security_events.count + 1, last_at = excluded.last_at
    RETURNING id`;
  if (rows.length > 0) await prune(tx, accountId, shareOf(kind));
}

/** Deletes the oldest rows beyond a share's limit. */
async function prune(tx: Transaction, accountId: string, share: EventShare | null): Promise<void> {
  const surplus = await tx.securityEvent.findMany({
    where: {
      accountId,
      kind: share === null ? { notIn: [...SHARED_KINDS] } : { in: [...share.kinds] },
    },
    orderBy: [{ lastAt: 'desc' }, { id: 'desc' }],
    skip: share?.max ?? OTHERS_MAX,
    select: { id: true },
  });
  if (surplus.length === 0) return;
  await tx.securityEvent.deleteMany({ where: { id: { in: surplus.map(({ id }) => id) } } });
}

/** Returns the start of the hour that contains a time. */
export function startOfHour(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

/** Stores the security events of accounts. */
@Injectable()
export class SecurityEventRepository {
  constructor(private readonly db: PrismaService) {}

  /** Records an event that changes nothing else in the database. */
  async write(event: SecurityEvent, at: Date): Promise<void> {
    await this.db.$transaction((tx) => writeEvent(tx, event, at));
  }

  /** Lists an account's events, newest first. */
  async list(
    accountId: string,
    { since, limit, offset }: { since: Date; limit: number; offset: number },
  ): Promise<StoredEvent[]> {
    const rows = await this.db.securityEvent.findMany({
      where: { accountId, lastAt: { gt: since } },
      orderBy: [{ lastAt: 'desc' }, { id: 'desc' }],
      skip: offset,
      take: limit,
      select: EVENT,
    });
    return rows.flatMap(({ kind, ...row }) => {
      const known = SecurityEventKind.safeParse(kind);
      return known.success ? [{ ...row, kind: known.data }] : [];
    });
  }

  /** Deletes a limited number of rows older than a time; resolves to the number of deleted rows. */
  async deleteBefore(before: Date): Promise<number> {
    const where = { lastAt: { lte: before } };
    const rows = await this.db.securityEvent.findMany({
      where,
      select: { id: true },
      take: SWEEP_MAX,
    });
    if (rows.length === 0) return 0;
    await this.db.securityEvent.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    return rows.length;
  }
}
