import { Injectable } from '@nestjs/common';
import type { Identity } from '../../common/identity.js';
import { PrismaService } from '../../db/prisma.service.js';

type Hash = Uint8Array<ArrayBuffer>;

/** An API token without its secret. */
export type ApiToken = Readonly<{
  id: string;
  name: string;
  scopes: readonly string[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
}>;

/** A token that a request came with. */
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

/** The table of API tokens. */
@Injectable()
export class ApiTokenRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /** Resolves with null when the account has `max` already. */
  async create(
    token: {
      accountId: string;
      name: string;
      tokenHash: Hash;
      scopes: string[];
      expiresAt: Date | null;
    },
    max: number,
  ): Promise<ApiToken | null> {
    const { accountId } = token;
    return this.#db.$transaction(async (tx) => {
      // One at a time for an account, so that the count holds.
      await tx.$executeRaw`SELECT 1 FROM accounts WHERE id = ${accountId}::uuid FOR UPDATE`;
      if ((await tx.apiToken.count({ where: { accountId } })) >= max) return null;
      return tx.apiToken.create({ data: token, select: TOKEN });
    });
  }

  async list(accountId: string): Promise<ApiToken[]> {
    return this.#db.apiToken.findMany({
      where: { accountId },
      orderBy: { id: 'desc' },
      select: TOKEN,
    });
  }

  /** Null when there is none, it has expired, or its account is disabled. */
  async findUsable(tokenHash: Hash, now: Date): Promise<UsedToken | null> {
    const row = await this.#db.apiToken.findUnique({
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
    await this.#db.apiToken.updateMany({ where: { id }, data: { lastUsedAt } });
  }

  /** Resolves with false when the account has no such one. */
  async delete(accountId: string, id: string): Promise<boolean> {
    return (await this.#db.apiToken.deleteMany({ where: { id, accountId } })).count > 0;
  }

  async idsOf(accountId: string): Promise<string[]> {
    const rows = await this.#db.apiToken.findMany({ where: { accountId }, select: { id: true } });
    return rows.map(({ id }) => id);
  }
}
