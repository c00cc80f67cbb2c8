import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../db/prisma-errors.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { EventOrigin, SecurityEvent } from '../../security-log/security-event.js';
import { writeEvent } from '../../security-log/security-event.repository.js';

/** An identity at a provider. */
export type ExternalIdentity = Readonly<{ issuer: string; subject: string }>;

/** Stores the provider identities of accounts. */
@Injectable()
export class ExternalIdentityRepository {
  constructor(private readonly db: PrismaService) {}

  async findAccountId(identity: ExternalIdentity): Promise<string | null> {
    const row = await this.db.externalIdentity.findUnique({
      where: { issuer_subject: { ...identity } },
      select: { accountId: true },
    });
    return row?.accountId ?? null;
  }

  /** Resolves to false if the identity already belongs to an account. */
  async create(
    identity: ExternalIdentity,
    accountId: string,
    linked: { event: SecurityEvent; at: Date } | null,
  ): Promise<boolean> {
    try {
      await this.db.$transaction(async (tx) => {
        await tx.externalIdentity.create({ data: { ...identity, accountId } });
        if (linked !== null) await writeEvent(tx, linked.event, linked.at);
      });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async deleteAll(accountId: string, { from, at }: { from: EventOrigin; at: Date }): Promise<void> {
    await this.db.$transaction(async (tx) => {
      const { count } = await tx.externalIdentity.deleteMany({ where: { accountId } });
      if (count > 0) await writeEvent(tx, { accountId, kind: 'provider_unlinked', from }, at);
    });
  }
}
