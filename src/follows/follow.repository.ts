import { Injectable } from '@nestjs/common';
import { isMissingRow } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';
import { FOLLOWS_MAX } from '../protocol/limits.js';

export type StoredFollow = Readonly<{ channelName: string; since: Date }>;

/** Stores which accounts follow which channels. */
@Injectable()
export class FollowRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Resolves with the time since which the account has followed the channel; null if it doesn't
   * follow it.
   */
  async since(channelId: string, accountId: string): Promise<Date | null> {
    const row = await this.db.follow.findUnique({
      where: { channelId_accountId: { channelId, accountId } },
      select: { createdAt: true },
    });
    return row?.createdAt ?? null;
  }

  /** Stores a follow. Does nothing if the account already follows the channel. */
  async add(
    channelId: string,
    accountId: string,
    at: Date,
  ): Promise<'follows' | 'too_many' | 'channel_gone'> {
    const key = { channelId, accountId };
    try {
      return await this.db.$transaction(async (tx) => {
        // This locks the account, so that concurrent requests can't exceed the limit.
        await tx.$queryRaw`SELECT 1 FROM accounts WHERE id = ${accountId}::uuid FOR UPDATE`;
        const others = await tx.follow.count({
          where: { accountId, channelId: { not: channelId } },
        });
        if (others >= FOLLOWS_MAX) return 'too_many';
        await tx.follow.upsert({
          where: { channelId_accountId: key },
          create: { ...key, createdAt: at },
          update: {},
        });
        return 'follows';
      });
    } catch (error) {
      if (isMissingRow(error)) return 'channel_gone';
      throw error;
    }
  }

  /** Removes a follow. Does nothing if the account doesn't follow the channel. */
  async remove(channelId: string, accountId: string): Promise<void> {
    await this.db.follow.deleteMany({ where: { channelId, accountId } });
  }

  async count(channelId: string): Promise<number> {
    return this.db.follow.count({ where: { channelId } });
  }

  /** Lists the channels that an account follows, newest follow first. */
  async list(accountId: string, page: { skip: number; take: number }): Promise<StoredFollow[]> {
    const rows = await this.db.follow.findMany({
      where: { accountId },
      orderBy: [{ createdAt: 'desc' }, { channelId: 'desc' }],
      select: { createdAt: true, channel: { select: { name: true } } },
      ...page,
    });
    return rows.map(({ createdAt, channel }) => ({ channelName: channel.name, since: createdAt }));
  }
}
