import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';

/** A log-in as stored. */
export type SessionRow = Readonly<{
  id: string;
  account: Readonly<{ id: string; username: string }>;
  rotatedAt: Date;
  expiresAt: Date;
  /** True when it was found by the token before the last rotation. */
  byPreviousToken: boolean;
}>;

type Hash = Uint8Array<ArrayBuffer>;

/** The table of log-ins. */
@Injectable()
export class SessionRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  async create(session: { accountId: string; tokenHash: Hash; now: Date; expiresAt: Date }) {
    const { accountId, tokenHash, now, expiresAt } = session;
    return this.#db.session.create({
      data: { accountId, tokenHash, createdAt: now, rotatedAt: now, expiresAt },
      select: { id: true },
    });
  }

  async findByTokenHash(tokenHash: Hash): Promise<SessionRow | null> {
    const row = await this.#db.session.findFirst({
      where: { OR: [{ tokenHash }, { previousTokenHash: tokenHash }] },
      select: {
        id: true,
        tokenHash: true,
        rotatedAt: true,
        expiresAt: true,
        account: { select: { id: true, username: true } },
      },
    });
    if (row === null) return null;
    const { tokenHash: current, ...rest } = row;
    return { ...rest, byPreviousToken: Buffer.compare(current, tokenHash) !== 0 };
  }

  /** Exchanges the token, unless another request just did: then resolves with false. */
  async rotate(
    id: string,
    from: Hash,
    to: Hash,
    { now, expiresAt }: { now: Date; expiresAt: Date },
  ) {
    const { count } = await this.#db.session.updateMany({
      where: { id, tokenHash: from },
      data: { tokenHash: to, previousTokenHash: from, rotatedAt: now, expiresAt },
    });
    return count === 1;
  }

  async extend(id: string, expiresAt: Date): Promise<void> {
    await this.#db.session.updateMany({ where: { id }, data: { expiresAt } });
  }

  async delete(id: string): Promise<void> {
    await this.#db.session.deleteMany({ where: { id } });
  }

  /** Deletes what has expired; resolves with the ids. */
  async deleteExpired(now: Date): Promise<string[]> {
    const where = { expiresAt: { lte: now } };
    const rows = await this.#db.session.findMany({ where, select: { id: true }, take: 1_000 });
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) await this.#db.session.deleteMany({ where: { id: { in: ids } } });
    return ids;
  }
}
