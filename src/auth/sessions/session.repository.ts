import { Injectable } from '@nestjs/common';
import type { Identity } from '../../common/identity.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { EventOrigin, SecurityEvent } from '../../security-log/security-event.js';
import { writeEvent } from '../../security-log/security-event.repository.js';

/** A log-in as its owner sees it. */
export type OwnSession = Readonly<{
  id: string;
  userAgent: string;
  /** The network only. */
  address: string;
  createdAt: Date;
  lastUsedAt: Date;
}>;

/** Maximum number of log-ins per account; above it, the least recently used end. */
const PER_ACCOUNT_MAX = 50;
/** A stored log-in. */
export type SessionRow = Readonly<{
  id: string;
  account: NonNullable<Identity['account']>;
  rotatedAt: Date;
  expiresAt: Date;
  /** Whether it was found by the token before the last rotation. */
  byPreviousToken: boolean;
}>;

type Hash = Uint8Array<ArrayBuffer>;

/** Stores log-ins. */
@Injectable()
export class SessionRepository {
  constructor(private readonly db: PrismaService) {}

  async create(
    session: {
      accountId: string;
      tokenHash: Hash;
      now: Date;
      expiresAt: Date;
      userAgent: string;
      address: string;
    },
    event: SecurityEvent,
  ): Promise<{ id: string }> {
    const { now, ...rest } = session;
    return this.db.$transaction(async (tx) => {
      const created = await tx.session.create({
        data: { ...rest, createdAt: now, rotatedAt: now, lastUsedAt: now },
        select: { id: true },
      });
      await writeEvent(tx, event, now);
      return created;
    });
  }

  async findByTokenHash(tokenHash: Hash): Promise<SessionRow | null> {
    const row = await this.db.session.findFirst({
      where: { OR: [{ tokenHash }, { previousTokenHash: tokenHash }] },
      select: {
        id: true,
        tokenHash: true,
        rotatedAt: true,
        expiresAt: true,
        account: {
          select: { id: true, username: true, displayName: true, isAdmin: true, disabledAt: true },
        },
      },
    });
    if (row === null || row.account.disabledAt !== null) return null;
    const { tokenHash: current, account, ...rest } = row;
    const { id, username, displayName, isAdmin } = account;
    return {
      ...rest,
      account: { id, username, displayName: displayName === '' ? username : displayName, isAdmin },
      byPreviousToken: Buffer.compare(current, tokenHash) !== 0,
    };
  }

  /** Rotates the token; resolves with false if a concurrent request just did. */
  async rotate(
    id: string,
    from: Hash,
    to: Hash,
    { now, expiresAt }: { now: Date; expiresAt: Date },
  ) {
    const { count } = await this.db.session.updateMany({
      where: { id, tokenHash: from },
      data: { tokenHash: to, previousTokenHash: from, rotatedAt: now, lastUsedAt: now, expiresAt },
    });
    return count === 1;
  }

  async extend(id: string, { now, expiresAt }: { now: Date; expiresAt: Date }): Promise<void> {
    await this.db.session.updateMany({ where: { id }, data: { expiresAt, lastUsedAt: now } });
  }

  async delete(id: string): Promise<void> {
    await this.db.session.deleteMany({ where: { id } });
  }

  /** Lists valid log-ins, most recently used first. */
  async list(accountId: string, now: Date): Promise<OwnSession[]> {
    return this.db.session.findMany({
      where: { accountId, expiresAt: { gt: now } },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
      take: PER_ACCOUNT_MAX,
      select: { id: true, userAgent: true, address: true, createdAt: true, lastUsedAt: true },
    });
  }

  async beganAt(id: string): Promise<Date | null> {
    const row = await this.db.session.findUnique({ where: { id }, select: { createdAt: true } });
    return row?.createdAt ?? null;
  }

  /** Ends a log-in and records why; resolves with false if the account has no such log-in. */
  async deleteOwn(
    { accountId, id }: { accountId: string; id: string },
    { at, from }: { at: Date; from: EventOrigin },
    kind: 'sessions_ended' | 'session_replayed',
  ): Promise<boolean> {
    return this.db.$transaction(async (tx) => {
      const { count } = await tx.session.deleteMany({ where: { id, accountId } });
      if (count > 0) await writeEvent(tx, { accountId, kind, from }, at);
      return count > 0;
    });
  }

  /** Deletes all of an account's log-ins except one; resolves with their ids. */
  async deleteAll(accountId: string, except: string | null): Promise<string[]> {
    const rows = await this.db.session.findMany({ where: { accountId }, select: { id: true } });
    return this.#deleteThese(rows.map(({ id }) => id).filter((id) => id !== except));
  }

  /** Deletes the least recently used log-ins above the account's limit; resolves with their ids. */
  async deleteSurplus(accountId: string): Promise<string[]> {
    const rows = await this.db.session.findMany({
      where: { accountId },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
      skip: PER_ACCOUNT_MAX,
      select: { id: true },
    });
    return this.#deleteThese(rows.map(({ id }) => id));
  }

  /** Deletes expired log-ins; resolves with their ids. */
  async deleteExpired(now: Date): Promise<string[]> {
    const where = { expiresAt: { lte: now } };
    const rows = await this.db.session.findMany({ where, select: { id: true }, take: 1_000 });
    return this.#deleteThese(rows.map(({ id }) => id));
  }

  async #deleteThese(ids: string[]): Promise<string[]> {
    if (ids.length > 0) await this.db.session.deleteMany({ where: { id: { in: ids } } });
    return ids;
  }
}
