import { Injectable } from '@nestjs/common';
import type { Identity } from '../../common/identity.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { EventOrigin, SecurityEvent } from '../../security-log/security-event.js';
import { writeEvent } from '../../security-log/security-event.repository.js';

/** A session as its owner sees it. */
export type OwnSession = Readonly<{
  id: string;
  userAgent: string;
  /** The network of the address from which the session started. */
  address: string;
  createdAt: Date;
  lastUsedAt: Date;
}>;

/**
 * The maximum number of sessions per account. If it is exceeded, the least recently used sessions
 * are ended.
 */
const PER_ACCOUNT_MAX = 50;
/** A stored session. */
export type SessionRow = Readonly<{
  id: string;
  account: NonNullable<Identity['account']>;
  rotatedAt: Date;
  expiresAt: Date;
  /**
   * Whether the session was found by its previous token, the one that was valid before the last
   * rotation.
   */
  byPreviousToken: boolean;
}>;

type Hash = Uint8Array<ArrayBuffer>;

/** Stores sessions. */
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

  /** Rotates the token. Resolves to false if a concurrent request has just rotated it. */
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

  /** Lists valid sessions, most recently used first. */
  async list(accountId: string, now: Date): Promise<OwnSession[]> {
    return this.db.session.findMany({
      where: { accountId, expiresAt: { gt: now } },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
      take: PER_ACCOUNT_MAX,
      select: { id: true, userAgent: true, address: true, createdAt: true, lastUsedAt: true },
    });
  }

  /** Returns which of the ids are sessions. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    const where = { id: { in: [...ids] } };
    const rows = await this.db.session.findMany({ where, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  }

  async beganAt(id: string): Promise<Date | null> {
    const row = await this.db.session.findUnique({ where: { id }, select: { createdAt: true } });
    return row?.createdAt ?? null;
  }

  /**
   * Ends a session and records the reason; resolves to false if the account has no such session.
   */
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

  /** Deletes all sessions of an account except one; resolves with the ids of the deleted ones. */
  async deleteAll(accountId: string, except: string | null): Promise<string[]> {
    const rows = await this.db.session.findMany({ where: { accountId }, select: { id: true } });
    return this.#deleteThese(rows.map(({ id }) => id).filter((id) => id !== except));
  }

  /**
   * Deletes the least recently used sessions beyond the account's limit; resolves with their ids.
   */
  async deleteSurplus(accountId: string): Promise<string[]> {
    const rows = await this.db.session.findMany({
      where: { accountId },
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'desc' }],
      skip: PER_ACCOUNT_MAX,
      select: { id: true },
    });
    return this.#deleteThese(rows.map(({ id }) => id));
  }

  /** Deletes expired sessions; resolves with their ids. */
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
