import { Injectable } from '@nestjs/common';
import type { Identity } from '../../common/identity.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { writeEvent } from '../../security-log/security-event.repository.js';

type Hash = Uint8Array<ArrayBuffer>;

/** The time and origin of an action. */
type Act = Readonly<{ at: Date; from: EventOrigin }>;

/** An API token without its secret. */
export type ApiToken = Readonly<{
  id: string;
  name: string;
  scopes: readonly string[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
}>;

/** The token that a request used, with its account. */
export type UsedToken = ApiToken & Readonly<{ account: NonNullable<Identity['account']> }>;

const TOKEN = {
  id: true,
  name: true,
  scopes: true,
  createdAt: true,
  lastUsedAt: true,
  expiresAt: true,
} as const;
const ACCOUNT = {
  id: true,
  username: true,
  displayName: true,
  isAdmin: true,
  disabledAt: true,
} as const;

/** Stores API tokens. */
@Injectable()
export class ApiTokenRepository {
  constructor(private readonly db: PrismaService) {}

  /** Resolves to null if the account already has `max` tokens. */
  async create(
    token: {
      accountId: string;
      name: string;
      tokenHash: Hash;
      scopes: string[];
      expiresAt: Date | null;
    },
    { max, at, from }: { max: number } & Act,
  ): Promise<ApiToken | null> {
    const { accountId, name: subject } = token;
    return this.db.$transaction(async (tx) => {
      // This locks the account, so that the count is exact.
      await tx.$executeRaw`SELECT 1 FROM accounts WHERE id = ${accountId}::uuid FOR UPDATE`;
      if ((await tx.apiToken.count({ where: { accountId } })) >= max) return null;
      await writeEvent(tx, { accountId, kind: 'token_made', subject, from }, at);
      return tx.apiToken.create({ data: token, select: TOKEN });
    });
  }

  async list(accountId: string): Promise<ApiToken[]> {
    return this.db.apiToken.findMany({
      where: { accountId },
      orderBy: { id: 'desc' },
      select: TOKEN,
    });
  }

  /**
   * Finds a token; resolves to null if it doesn't exist or has expired, or if its account is
   * disabled.
   */
  async findUsable(tokenHash: Hash, now: Date): Promise<UsedToken | null> {
    const row = await this.db.apiToken.findUnique({
      where: { tokenHash },
      select: { ...TOKEN, account: { select: ACCOUNT } },
    });
    if (row === null || row.account.disabledAt !== null) return null;
    if (row.expiresAt !== null && row.expiresAt <= now) return null;
    const { id, username, displayName, isAdmin } = row.account;
    const account = {
      id,
      username,
      displayName: displayName === '' ? username : displayName,
      isAdmin,
    };
    return { ...row, account };
  }

  async setLastUsed(id: string, lastUsedAt: Date): Promise<void> {
    await this.db.apiToken.updateMany({ where: { id }, data: { lastUsedAt } });
  }

  /** Resolves to false if the account has no such token. */
  async delete(accountId: string, id: string, { at, from }: Act): Promise<boolean> {
    return this.db.$transaction(async (tx) => {
      const token = await tx.apiToken.findFirst({ where: { id, accountId }, select: TOKEN });
      const { count } = await tx.apiToken.deleteMany({ where: { id, accountId } });
      if (token === null || count === 0) return false;
      const event = { accountId, kind: 'token_removed', subject: token.name, from } as const;
      await writeEvent(tx, event, at);
      return true;
    });
  }

  /** Returns which of the ids are tokens. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    const where = { id: { in: [...ids] } };
    const rows = await this.db.apiToken.findMany({ where, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  }

  async idsOf(accountId: string): Promise<string[]> {
    const rows = await this.db.apiToken.findMany({ where: { accountId }, select: { id: true } });
    return rows.map(({ id }) => id);
  }
}
