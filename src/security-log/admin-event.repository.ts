import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import { AdminEventKind } from '../protocol/security-event.js';
import { startOfHour, type Transaction } from './security-event.repository.js';

/** The maximum number of rows. Beyond it, the oldest rows are deleted. */
const ROWS_MAX = 2_000;

/** An account that acted as an administrator. */
export type Administrator = Readonly<{ id: string; username: string }>;

/** An action of an administrator. */
export type AdminEvent = Readonly<{
  by: Administrator;
  kind: AdminEventKind;
  /** The object of the action, in human-readable form. */
  subject: string;
  /** The affected account, if any. */
  accountId?: string;
}>;

/** A row, which represents all identical actions within an hour. */
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
 * Records an administrator's action in the transaction that performs it. Repetitions within an hour
 * are counted in one row.
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

/** Stores administrators' actions. */
@Injectable()
export class AdminEventRepository {
  constructor(private readonly db: PrismaService) {}

  /** Records an action that changes nothing else in the database. */
  async write(event: AdminEvent, at: Date): Promise<void> {
    await this.db.$transaction((tx) => writeAdminEvent(tx, event, at));
  }

  /** Lists actions of all administrators, or of one, newest first. */
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
