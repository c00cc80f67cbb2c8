import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';

type Hash = Uint8Array<ArrayBuffer>;

/**
 * The maximum number of unusable invitations that are retained per channel; older ones are deleted.
 */
const CLOSED_KEPT = 200;

/** An invitation to a channel's stage, without its token. */
export type StageInvitation = Readonly<{
  id: string;
  channelId: string;
  channelName: string;
  note: string;
  uses: number;
  used: number;
  accountRequired: boolean;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}>;

/**
 * The result of a person's attempt to use an invitation. `used_up`: other people have used it.
 * `removed`: the host removed the person.
 */
export type Admission = 'admitted' | 'used_up' | 'removed' | 'closed';

const INVITATION = {
  id: true,
  channelId: true,
  channel: { select: { name: true } },
  note: true,
  uses: true,
  accountRequired: true,
  createdAt: true,
  expiresAt: true,
  revokedAt: true,
  _count: { select: { guests: true } },
} as const;

type Row = Omit<StageInvitation, 'used' | 'channelName'> & {
  channel: { name: string };
  _count: { guests: number };
};

/** Stores invitations to stages, and who used them. */
@Injectable()
export class StageInvitationRepository {
  constructor(private readonly db: PrismaService) {}

  /** Creates an invitation; resolves to null if the channel already has `max` usable ones. */
  async create(
    invitation: Pick<
      StageInvitation,
      'channelId' | 'note' | 'uses' | 'accountRequired' | 'createdAt' | 'expiresAt'
    > & { tokenHash: Hash },
    max: number,
  ): Promise<StageInvitation | null> {
    const { channelId, createdAt: now } = invitation;
    return this.db.$transaction(async (tx) => {
      // Without this lock, two requests could both find room for the last invitation.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      const rows = await tx.stageInvitation.findMany({
        where: { channelId },
        orderBy: { id: 'desc' },
        select: INVITATION,
      });
      const closed = rows.filter((row) => !isUsable(invitationOf(row), now));
      if (rows.length - closed.length >= max) return null;
      const old = closed.slice(CLOSED_KEPT).map(({ id }) => id);
      await tx.stageInvitation.deleteMany({ where: { id: { in: old } } });
      return invitationOf(
        await tx.stageInvitation.create({ data: invitation, select: INVITATION }),
      );
    });
  }

  /** Lists a channel's invitations that are neither expired nor revoked, newest first. */
  async list(channelId: string, now: Date): Promise<StageInvitation[]> {
    const rows = await this.db.stageInvitation.findMany({
      where: { channelId, revokedAt: null, expiresAt: { gt: now } },
      orderBy: { id: 'desc' },
      select: INVITATION,
    });
    return rows.map(invitationOf);
  }

  /** Finds an invitation by its token, whether it can be used or not. */
  async findByToken(tokenHash: Hash): Promise<StageInvitation | null> {
    const row = await this.db.stageInvitation.findUnique({
      where: { tokenHash },
      select: INVITATION,
    });
    return row && invitationOf(row);
  }

  /** Revokes an invitation; resolves to false if the channel has no such invitation. */
  async revoke(channelId: string, id: string, now: Date): Promise<boolean> {
    const { count } = await this.db.stageInvitation.updateMany({
      where: { id, channelId, revokedAt: null },
      data: { revokedAt: now },
    });
    return count > 0;
  }

  /** Counts a person's use of an invitation, unless the person has used it before. */
  async admit(invitationId: string, person: string, now: Date): Promise<Admission> {
    return this.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM stage_invitations WHERE id = ${invitationId}::uuid FOR UPDATE`;
      const row = await tx.stageInvitation.findUnique({
        where: { id: invitationId },
        select: INVITATION,
      });
      if (row === null || !isValid(row, now)) return 'closed';
      const known = await tx.stageGuest.findUnique({
        where: { invitationId_person: { invitationId, person } },
      });
      if (known) return known.removedAt === null ? 'admitted' : 'removed';
      if (!isUsable(invitationOf(row), now)) return 'used_up';
      await tx.stageGuest.create({ data: { invitationId, person } });
      return 'admitted';
    });
  }

  /**
   * Deletes the invitations that expired or were revoked before `until`, and the records of who
   * used them.
   */
  async sweep(until: Date): Promise<void> {
    await this.db.stageInvitation.deleteMany({
      where: { OR: [{ expiresAt: { lt: until } }, { revokedAt: { lt: until } }] },
    });
  }

  /** Records that the host removed a person. That person can no longer use the invitation. */
  async remove(invitationId: string, person: string, now: Date): Promise<void> {
    await this.db.stageGuest.updateMany({
      where: { invitationId, person },
      data: { removedAt: now },
    });
  }
}

function invitationOf({ channel, _count, ...row }: Row): StageInvitation {
  return { ...row, channelName: channel.name, used: _count.guests };
}

function isValid({ expiresAt, revokedAt }: Pick<Row, 'expiresAt' | 'revokedAt'>, now: Date) {
  return revokedAt === null && expiresAt > now;
}

/** Whether another person can use an invitation. */
function isUsable(invitation: StageInvitation, now: Date): boolean {
  return isValid(invitation, now) && invitation.used < invitation.uses;
}
