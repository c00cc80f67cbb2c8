import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import { AdminEventKind } from '../protocol/security-event.js';
import { startOfHour, type Transaction } from './security-event.repository.js';

/** Rows that are kept; past these the oldest go. */
const ROWS_MAX = 2_000;

/** An account that did something as administrator. */
export type Administrator = Readonly<{ id: string; username: string }>;

/** What an administrator did. */
export type AdminEvent = Readonly<{
  by: Administrator;
  kind: AdminEventKind;
  /** What or whom it was done to, as people read it. */
  subject: string;
  /** The account that it was done to, if it was one. */
  accountId?: string;
}>;

/** Acts of one kind within an hour, as stored. */
export type StoredAdminEvent = Readonly<{
  id: string;
  kind: AdminEventKind;
  byName: string;
  subject: string;
  count: number;
  firstAt: Date;
  lastAt: Date;
}>;

const EVENT = {
  id: true,
  kind: true,
  byName: true,
  subject: true,
  count: true,
  firstAt: true,
  lastAt: true,
} as const;

/**
 * Writes down what an administrator did, in the transaction of the act. The same within an hour is
 * counted in one row.
 */
export async function writeAdminEvent(tx: Transaction, event: AdminEvent, at: Date): Promise<void> {
  const { by, kind, subject, accountId = '' } = event;
  await tx.$executeRaw`
    INSERT INTO admin_events
      (id, by_id, by_name, kind, subject, subject_account, hour, count, first_at, last_at)
    VALUES (${randomUUID()}::uuid, ${by.id}::uuid, ${by.username}, ${kind}, ${subject},
      ${accountId}, ${startOfHour(at)}::timestamptz, 1, ${at}::timestamptz, ${at}::timestamptz)
    ON CONFLICT (by_id, hour, kind, subject, subject_account)
    DO UPDATE SET count = admin_events.count + 1, last_at = excluded.last_at`;
  const surplus = await tx.adminEvent.findMany({
    orderBy: [{ lastAt: 'desc' }, { id: 'desc' }],
    skip: ROWS_MAX,
    select: { id: true },
  });
  if (surplus.length > 0)
    await tx.adminEvent.deleteMany({ where: { id: { in: surplus.map(({ id }) => id) } } });
}

/** The table of what administrators did. */
@Injectable()
export class AdminEventRepository {
  constructor(private readonly db: PrismaService) {}

  /** Writes down what no other change of the database goes with. */
  async write(event: AdminEvent, at: Date): Promise<void> {
    await this.db.$transaction((tx) => writeAdminEvent(tx, event, at));
  }

  /** The newest first: everybody's, or one administrator's. */
  async list({
    since,
    limit,
    offset,
    byId,
  }: {
    since: Date;
    limit: number;
    offset: number;
    byId?: string;
  }): Promise<StoredAdminEvent[]> {
    const rows = await this.db.adminEvent.findMany({
      where: { lastAt: { gt: since }, ...(byId === undefined ? {} : { byId }) },
      orderBy: [{ lastAt: 'desc' }, { id: 'desc' }],
      skip: offset,
      take: limit,
      select: EVENT,
    });
    return rows.flatMap(({ kind, ...row }) => {
      const known = AdminEventKind.safeParse(kind);
      return known.success ? [{ ...row, kind: known.data }] : [];
    });
  }

  async deleteBefore(before: Date): Promise<void> {
    await this.db.adminEvent.deleteMany({ where: { lastAt: { lte: before } } });
  }
}
