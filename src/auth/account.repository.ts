import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';

/** An account, without its secret. */
export type Account = Readonly<{ id: string; username: string; createdAt: Date }>;

const ACCOUNT = { id: true, username: true, createdAt: true } as const;

/** The table of accounts. */
@Injectable()
export class AccountRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /** Resolves with null when the username is taken. */
  async create(username: string, passwordHash: string): Promise<Account | null> {
    try {
      return await this.#db.account.create({ data: { username, passwordHash }, select: ACCOUNT });
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  async find(id: string): Promise<Account | null> {
    return this.#db.account.findUnique({ where: { id }, select: ACCOUNT });
  }

  async exists(username: string): Promise<boolean> {
    return (await this.#db.account.count({ where: { username } })) > 0;
  }

  async findWithHash(username: string): Promise<(Account & { passwordHash: string | null }) | null> {
    return this.#db.account.findUnique({
      where: { username },
      select: { ...ACCOUNT, passwordHash: true },
    });
  }
}
