import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import {
  hasAdministrator,
  lockAdministrator,
  lockFirstAdministrator,
} from '../auth/administrator.repository.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Visibility } from '../protocol/access.js';
import type { AdminQuery } from '../protocol/admin.js';
import { type Administrator, writeAdminEvent } from '../security-log/admin-event.repository.js';
import { NOWHERE } from '../security-log/security-event.js';
import { writeEvent } from '../security-log/security-event.repository.js';

/** An account as administrators see it. */
export type AdminAccount = Readonly<{
  id: string;
  username: string;
  displayName: string;
  isAdmin: boolean;
  disabledAt: Date | null;
  totpEnabledAt: Date | null;
  createdAt: Date;
  channels: number;
  lastUsedAt: Date | null;
}>;

/** A channel as administrators see it. */
export type AdminChannel = Readonly<{
  id: string;
  name: string;
  title: string;
  owner: string;
  visibility: Visibility;
  messages: number;
  createdAt: Date;
  lastLiveAt: Date | null;
}>;

const ACCOUNT = {
  id: true,
  username: true,
  displayName: true,
  isAdmin: true,
  disabledAt: true,
  totpEnabledAt: true,
  createdAt: true,
  _count: { select: { channels: true } },
  sessions: { orderBy: { lastUsedAt: 'desc' }, take: 1, select: { lastUsedAt: true } },
} as const;

/** The key of a setting that never changes. */
const DATABASE_ID = 'database_id';

const Sizes = z.array(z.object({ database: z.coerce.number(), avatars: z.coerce.number() }));

/** Runs the database queries for administrators. */
@Injectable()
export class AdminRepository {
  constructor(private readonly db: PrismaService) {}

  /** Whether there is an administrator who can log in. */
  hasAdministrator(): Promise<boolean> {
    return hasAdministrator(this.db);
  }

  /** Makes an account the first administrator; resolves to false if an administrator exists. */
  appointFirst(id: string): Promise<boolean> {
    return this.db.$transaction(async (tx) => {
      if (!(await lockFirstAdministrator(tx))) return false;
      await tx.account.update({ where: { id }, data: { isAdmin: true } });
      return true;
    });
  }

  /** Returns the database's random id, which is created and stored when it is first needed. */
  async databaseId(): Promise<string> {
    await this.db.setting.createMany({
      data: { key: DATABASE_ID, value: randomUUID() },
      skipDuplicates: true,
    });
    const { value } = await this.db.setting.findUniqueOrThrow({ where: { key: DATABASE_ID } });
    return z.string().parse(value);
  }

  /** Lists accounts by username. */
  async accounts({ search, limit, offset }: AdminQuery): Promise<AdminAccount[]> {
    const rows = await this.db.account.findMany({
      where: search === undefined ? {} : { username: { contains: search } },
      orderBy: { username: 'asc' },
      skip: offset,
      take: limit,
      select: ACCOUNT,
    });
    return rows.map(({ _count, sessions, ...row }) => ({
      ...row,
      channels: _count.channels,
      lastUsedAt: sessions[0]?.lastUsedAt ?? null,
    }));
  }

  /**
   * Changes an account. Resolves to `gone` if the account does not exist, or to `last` if no
   * administrator who can log in would remain.
   */
  async changeAccount(
    id: string,
    change: { isAdmin?: boolean; disabledAt?: Date | null },
    { by, at }: { by: Administrator; at: Date },
  ): Promise<'changed' | 'gone' | 'last'> {
    return this.db.$transaction(async (tx) => {
      const { isLast } = await lockAdministrator(tx, id);
      const now = await tx.account.findUnique({
        where: { id },
        select: { username: true, isAdmin: true, disabledAt: true },
      });
      if (now === null) return 'gone';
      const next = { ...now, ...change };
      if (isLast && !(next.isAdmin && next.disabledAt === null)) return 'last';
      await tx.account.update({ where: { id }, data: change });
      for (const kind of changesBetween(now, next)) {
        await writeAdminEvent(tx, { by, kind, subject: now.username, accountId: id }, at);
        await writeEvent(tx, { accountId: id, kind, subject: by.username, from: NOWHERE }, at);
      }
      return 'changed';
    });
  }

  async channelIdsOf(ownerId: string): Promise<string[]> {
    const rows = await this.db.channel.findMany({ where: { ownerId }, select: { id: true } });
    return rows.map(({ id }) => id);
  }

  /** Lists channels by name. */
  async channels({ search, limit, offset }: AdminQuery): Promise<AdminChannel[]> {
    const rows = await this.db.channel.findMany({
      where: search === undefined ? {} : { name: { contains: search } },
      orderBy: { name: 'asc' },
      skip: offset,
      take: limit,
      select: {
        id: true,
        name: true,
        title: true,
        owner: { select: { username: true } },
        visibility: true,
        chatSeq: true,
        createdAt: true,
        lastLiveAt: true,
      },
    });
    return rows.map(({ owner, visibility, chatSeq, ...row }) => ({
      ...row,
      owner: owner.username,
      visibility: VISIBILITY[visibility],
      messages: chatSeq,
    }));
  }

  async counts(): Promise<{ accounts: number; channels: number }> {
    const [accounts, channels] = await Promise.all([
      this.db.account.count(),
      this.db.channel.count(),
    ]);
    return { accounts, channels };
  }

  /** Returns the size of the database on disk, and of the avatars in the database, in bytes. */
  async sizes(): Promise<{ database: number; avatars: number }> {
    const rows: unknown = await this.db.$queryRaw`
      SELECT pg_database_size(current_database())::text AS database,
        (SELECT coalesce(sum(octet_length(image)), 0) FROM avatars)::text AS avatars`;
    return Sizes.parse(rows)[0] ?? { database: 0, avatars: 0 };
  }
}

type Standing = Readonly<{ isAdmin: boolean; disabledAt: Date | null }>;

/** Returns the kinds of event that are logged for a change. */
function changesBetween(before: Standing, after: Standing) {
  const wasDisabled = before.disabledAt !== null;
  const isDisabled = after.disabledAt !== null;
  return [
    ...(!before.isAdmin && after.isAdmin ? (['made_administrator'] as const) : []),
    ...(before.isAdmin && !after.isAdmin ? (['no_longer_administrator'] as const) : []),
    ...(!wasDisabled && isDisabled ? (['account_disabled'] as const) : []),
    ...(wasDisabled && !isDisabled ? (['account_enabled'] as const) : []),
  ];
}

const VISIBILITY = {
  PUBLIC: 'public',
  UNLISTED: 'unlisted',
  PASSWORD: 'password',
  PRIVATE: 'private',
} as const;
