import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../db/prisma-errors.js';
import { PrismaService } from '../../db/prisma.service.js';

/** Who somebody is at a provider. */
export type ExternalIdentity = Readonly<{ issuer: string; subject: string }>;

/** The table of who is whom at providers. */
@Injectable()
export class ExternalIdentityRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  async findAccountId(identity: ExternalIdentity): Promise<string | null> {
    const row = await this.#db.externalIdentity.findUnique({
      where: { issuer_subject: { ...identity } },
      select: { accountId: true },
    });
    return row?.accountId ?? null;
  }

  /** Resolves with false when it belongs to an account already. */
  async create(identity: ExternalIdentity, accountId: string): Promise<boolean> {
    try {
      await this.#db.externalIdentity.create({ data: { ...identity, accountId } });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async deleteAll(accountId: string): Promise<void> {
    await this.#db.externalIdentity.deleteMany({ where: { accountId } });
  }
}
