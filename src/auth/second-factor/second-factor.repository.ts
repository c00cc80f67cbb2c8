import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { writeEvent } from '../../security-log/security-event.repository.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** The time and origin of an action. */
type Act = Readonly<{ at: Date; from: EventOrigin }>;

/** Stores the keys and codes for two-factor authentication. */
@Injectable()
export class SecondFactorRepository {
  constructor(private readonly db: PrismaService) {}

  /** Stores a key that awaits confirmation; resolves to false if a key is already in use. */
  async propose(id: string, totpSecret: Bytes): Promise<boolean> {
    const { count } = await this.db.account.updateMany({
      where: { id, totpEnabledAt: null },
      data: { totpSecret, totpLastStep: null },
    });
    return count > 0;
  }

  /** Enables a key, and stores its recovery codes; resolves to false if a key is already in use. */
  async enable(
    id: string,
    { at, from, step, codeHashes }: Act & { step: number; codeHashes: readonly Bytes[] },
  ): Promise<boolean> {
    return this.db.$transaction(async (tx) => {
      const { count } = await tx.account.updateMany({
        where: { id, totpEnabledAt: null, totpSecret: { not: null } },
        data: { totpEnabledAt: at, totpLastStep: step },
      });
      if (count === 0) return false;
      await tx.recoveryCode.deleteMany({ where: { accountId: id } });
      await tx.recoveryCode.createMany({
        data: codeHashes.map((codeHash) => ({ accountId: id, codeHash })),
      });
      await writeEvent(tx, { accountId: id, kind: 'second_factor_on', from }, at);
      return true;
    });
  }

  /** Removes the key, even if it still awaits confirmation, and the recovery codes. */
  async disable(id: string, { at, from }: Act): Promise<void> {
    await this.db.$transaction(async (tx) => {
      const { count } = await tx.account.updateMany({
        where: { id, totpEnabledAt: { not: null } },
        data: { totpEnabledAt: null },
      });
      await tx.account.updateMany({
        where: { id },
        data: { totpSecret: null, totpLastStep: null },
      });
      await tx.recoveryCode.deleteMany({ where: { accountId: id } });
      if (count > 0) await writeEvent(tx, { accountId: id, kind: 'second_factor_off', from }, at);
    });
  }

  /** Replaces all recovery codes. */
  async replaceCodes(
    accountId: string,
    codeHashes: readonly Bytes[],
    { at, from }: Act,
  ): Promise<void> {
    await this.db.$transaction(async (tx) => {
      await tx.recoveryCode.deleteMany({ where: { accountId } });
      await tx.recoveryCode.createMany({
        data: codeHashes.map((codeHash) => ({ accountId, codeHash })),
      });
      await writeEvent(tx, { accountId, kind: 'recovery_codes_renewed', from }, at);
    });
  }

  /** Marks a time step as used; resolves to false if this step or a later one was already used. */
  async useStep(id: string, step: number): Promise<boolean> {
    const { count } = await this.db.account.updateMany({
      where: { id, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
      data: { totpLastStep: step },
    });
    return count > 0;
  }

  /** Marks a recovery code as used; resolves to false if there is no such unused code. */
  async useCode(accountId: string, codeHash: Bytes, { at, from }: Act): Promise<boolean> {
    return this.db.$transaction(async (tx) => {
      const { count } = await tx.recoveryCode.updateMany({
        where: { accountId, codeHash, usedAt: null },
        data: { usedAt: at },
      });
      if (count > 0) await writeEvent(tx, { accountId, kind: 'recovery_code_used', from }, at);
      return count > 0;
    });
  }

  async codesLeft(accountId: string): Promise<number> {
    return this.db.recoveryCode.count({ where: { accountId, usedAt: null } });
  }
}
