import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** The second factors of accounts. */
@Injectable()
export class SecondFactorRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /** Stores a key that waits for its confirmation; resolves with false when one is in use. */
  async propose(id: string, totpSecret: Bytes): Promise<boolean> {
    const { count } = await this.#db.account.updateMany({
      where: { id, totpEnabledAt: null },
      data: { totpSecret, totpLastStep: null },
    });
    return count > 0;
  }

  /** Takes a key into use, with the codes to recover by; resolves with false when one is in use. */
  async enable(
    id: string,
    { at, step, codeHashes }: { at: Date; step: number; codeHashes: readonly Bytes[] },
  ): Promise<boolean> {
    return this.#db.$transaction(async (tx) => {
      const { count } = await tx.account.updateMany({
        where: { id, totpEnabledAt: null, totpSecret: { not: null } },
        data: { totpEnabledAt: at, totpLastStep: step },
      });
      if (count === 0) return false;
      await tx.recoveryCode.deleteMany({ where: { accountId: id } });
      await tx.recoveryCode.createMany({
        data: codeHashes.map((codeHash) => ({ accountId: id, codeHash })),
      });
      return true;
    });
  }

  async disable(id: string): Promise<void> {
    await this.#db.$transaction([
      this.#db.account.updateMany({
        where: { id },
        data: { totpSecret: null, totpEnabledAt: null, totpLastStep: null },
      }),
      this.#db.recoveryCode.deleteMany({ where: { accountId: id } }),
    ]);
  }

  /** Puts new codes in the place of all that there are. */
  async replaceCodes(accountId: string, codeHashes: readonly Bytes[]): Promise<void> {
    await this.#db.$transaction([
      this.#db.recoveryCode.deleteMany({ where: { accountId } }),
      this.#db.recoveryCode.createMany({
        data: codeHashes.map((codeHash) => ({ accountId, codeHash })),
      }),
    ]);
  }

  /** Uses a time step up; resolves with false when it, or a later one, was used. */
  async useStep(id: string, step: number): Promise<boolean> {
    const { count } = await this.#db.account.updateMany({
      where: { id, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
      data: { totpLastStep: step },
    });
    return count > 0;
  }

  /** Uses a recovery code up; resolves with false when there is none such left. */
  async useCode(accountId: string, codeHash: Bytes, usedAt: Date): Promise<boolean> {
    const { count } = await this.#db.recoveryCode.updateMany({
      where: { accountId, codeHash, usedAt: null },
      data: { usedAt },
    });
    return count > 0;
  }

  async codesLeft(accountId: string): Promise<number> {
    return this.#db.recoveryCode.count({ where: { accountId, usedAt: null } });
  }
}
