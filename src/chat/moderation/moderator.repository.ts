import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import { MODERATORS_MAX } from '../../protocol/limits.js';

export type StoredModerator = Readonly<{ username: string; displayName: string; since: Date }>;

/** Who moderates which channel, in the database. */
@Injectable()
export class ModeratorRepository {
  constructor(private readonly db: PrismaService) {}

  /** By name. */
  async list(channelId: string): Promise<StoredModerator[]> {
    const rows = await this.db.channelModerator.findMany({
      where: { channelId },
      orderBy: { account: { username: 'asc' } },
      select: { createdAt: true, account: { select: { username: true, displayName: true } } },
      take: MODERATORS_MAX,
    });
    return rows.map(({ createdAt, account }) => ({ ...account, since: createdAt }));
  }

  /** Does nothing for one who is. */
  async add(channelId: string, accountId: string): Promise<'added' | 'was' | 'too_many'> {
    return this.db.$transaction(async (tx) => {
      // One at a time for each channel: two at once could both find one place left.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      const key = { channelId, accountId };
      const known = await tx.channelModerator.findUnique({
        where: { channelId_accountId: key },
      });
      if (known) return 'was';
      if ((await tx.channelModerator.count({ where: { channelId } })) >= MODERATORS_MAX)
        return 'too_many';
      await tx.channelModerator.create({ data: key });
      return 'added';
    });
  }

  /** Resolves with false for one who wasn't. */
  async remove(channelId: string, accountId: string): Promise<boolean> {
    const { count } = await this.db.channelModerator.deleteMany({
      where: { channelId, accountId },
    });
    return count > 0;
  }
}
