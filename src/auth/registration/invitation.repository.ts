import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import { type Administrator, writeAdminEvent } from '../../security-log/admin-event.repository.js';

type Hash = Uint8Array<ArrayBuffer>;

/** The administrator and time of an action. */
type Act = Readonly<{ by: Administrator; at: Date }>;

/** The name of the lock that serializes the creation of invitations. */
const LOCK = 'onair invitations';

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

/** Stores invitations. */
@Injectable()
export class InvitationRepository {
  constructor(private readonly db: PrismaService) {}

  /** Creates an invitation; resolves to null if `max` invitations are already open. */
  async create(
    invitation: { codeHash: Hash; note: string; expiresAt: Date },
    { by, at, max }: Act & { max: number },
  ): Promise<Invitation | null> {
    return this.db.$transaction(async (tx) => {
      // There is no common row to lock instead. Without this lock, two requests could both find
      // room for the last invitation.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${LOCK}))`;
      const where = { usedAt: null, expiresAt: { gt: at } };
      if ((await tx.invitation.count({ where })) >= max) return null;
      const subject = invitation.note;
      await writeAdminEvent(tx, { by, kind: 'invitation_made', subject }, at);
      const data = { ...invitation, createdById: by.id };
      return tx.invitation.create({ data, select: INVITATION });
    });
  }

  /**
   * Lists invitations, newest first. `usedBy` is the username of the account created with the
   * invitation, as long as the account exists.
   */
  async list(max: number): Promise<(Invitation & { usedBy: string | null })[]> {
    const rows = await this.db.invitation.findMany({
      orderBy: { id: 'desc' },
      take: max,
      select: INVITATION,
    });
    const ids = rows.flatMap(({ usedById }) => usedById ?? []);
    const accounts = await this.db.account.findMany({
      where: { id: { in: ids } },
      select: { id: true, username: true },
    });
    const names = new Map(accounts.map(({ id, username }) => [id, username]));
    return rows.map((row) => ({ ...row, usedBy: names.get(row.usedById ?? '') ?? null }));
  }

  /** Claims a valid invitation atomically; resolves to its id, or to null if it isn't valid. */
  async take(codeHash: Hash, now: Date): Promise<string | null> {
    const where = { codeHash, usedAt: null, expiresAt: { gt: now } };
    const [taken] = await this.db.invitation.updateManyAndReturn({
      where,
      data: { usedAt: now },
      select: { id: true },
    });
    return taken?.id ?? null;
  }

  /** Releases an invitation whose account was not created. */
  async release(id: string): Promise<void> {
    await this.db.invitation.updateMany({ where: { id }, data: { usedAt: null } });
  }

  async setUsedBy(id: string, usedById: string): Promise<void> {
    await this.db.invitation.updateMany({ where: { id }, data: { usedById } });
  }

  /** Resolves to false if the invitation does not exist or was used. */
  async delete(id: string, { by, at }: Act): Promise<boolean> {
    return this.db.$transaction(async (tx) => {
      const found = await tx.invitation.findUnique({ where: { id }, select: { note: true } });
      const { count } = await tx.invitation.deleteMany({ where: { id, usedAt: null } });
      if (found === null || count === 0) return false;
      await writeAdminEvent(tx, { by, kind: 'invitation_removed', subject: found.note }, at);
      return true;
    });
  }
}
