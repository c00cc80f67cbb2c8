import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';

type Hash = Uint8Array<ArrayBuffer>;

/** An invitation without its code. */
export type Invitation = Readonly<{
  id: string;
  note: string;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
  usedById: string | null;
}>;

const INVITATION = {
  id: true,
  note: true,
  createdAt: true,
  expiresAt: true,
  usedAt: true,
  usedById: true,
} as const;

/** The table of invitations. */
@Injectable()
export class InvitationRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  async create(data: {
    codeHash: Hash;
    note: string;
    createdById: string;
    expiresAt: Date;
  }): Promise<Invitation> {
    return this.#db.invitation.create({ data, select: INVITATION });
  }

  /** How many can still be used. */
  async countOpen(now: Date): Promise<number> {
    return this.#db.invitation.count({ where: { usedAt: null, expiresAt: { gt: now } } });
  }

  /** The newest first; `usedBy` is the username of who made an account, while that is there. */
  async list(max: number): Promise<(Invitation & { usedBy: string | null })[]> {
    const rows = await this.#db.invitation.findMany({
      orderBy: { id: 'desc' },
      take: max,
      select: INVITATION,
    });
    const ids = rows.flatMap(({ usedById }) => usedById ?? []);
    const accounts = await this.#db.account.findMany({
      where: { id: { in: ids } },
      select: { id: true, username: true },
    });
    const names = new Map(accounts.map(({ id, username }) => [id, username]));
    return rows.map((row) => ({ ...row, usedBy: names.get(row.usedById ?? '') ?? null }));
  }

  /** Takes a good one, for one only; resolves with its id, or null. */
  async take(codeHash: Hash, now: Date): Promise<string | null> {
    const where = { codeHash, usedAt: null, expiresAt: { gt: now } };
    const [taken] = await this.#db.invitation.updateManyAndReturn({
      where,
      data: { usedAt: now },
      select: { id: true },
    });
    return taken?.id ?? null;
  }

  /** Gives back one whose account was not made. */
  async giveBack(id: string): Promise<void> {
    await this.#db.invitation.updateMany({ where: { id }, data: { usedAt: null } });
  }

  async setUsedBy(id: string, usedById: string): Promise<void> {
    await this.#db.invitation.updateMany({ where: { id }, data: { usedById } });
  }

  /** Resolves with false when there is none, or it was used. */
  async delete(id: string): Promise<boolean> {
    return (await this.#db.invitation.deleteMany({ where: { id, usedAt: null } })).count > 0;
  }
}
