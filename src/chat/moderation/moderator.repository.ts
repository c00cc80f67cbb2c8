import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import { MODERATORS_MAX } from '../../protocol/limits.js';
import type { ChangeVersion } from '../room/stored-change.js';
import { RoomChangeRepository } from '../room/room-change.repository.js';

export type StoredModerator = Readonly<{ username: string; displayName: string; since: Date }>;

/** Stores channel moderators. */
@Injectable()
export class ModeratorRepository {
  constructor(
    private readonly db: PrismaService,
    private readonly changes: RoomChangeRepository,
  ) {}

  /** Lists a channel's moderators by name. */
  async list(channelId: string): Promise<StoredModerator[]> {
    const rows = await this.db.channelModerator.findMany({
      where: { channelId },
      orderBy: { account: { username: 'asc' } },
      select: { createdAt: true, account: { select: { username: true, displayName: true } } },
      take: MODERATORS_MAX,
    });
    return rows.map(({ createdAt, account }) => ({ ...account, since: createdAt }));
  }

  /** Does nothing if the account is already a moderator. */
  async add(
    channelId: string,
    accountId: string,
  ): Promise<{ added: 'added' | 'was' | 'too_many'; version: ChangeVersion }> {
    return this.db.$transaction(async (tx) => {
      // Calls are serialized per channel, because concurrent calls could otherwise exceed the
      // limit.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      const key = { channelId, accountId };
      const known = await tx.channelModerator.findUnique({
        where: { channelId_accountId: key },
      });
      if (known) return { added: 'was', version: null };
      if ((await tx.channelModerator.count({ where: { channelId } })) >= MODERATORS_MAX)
        return { added: 'too_many', version: null };
      await tx.channelModerator.create({ data: key });
      const change = { kind: 'moderator', accountId, appointed: true } as const;
      return { added: 'added', version: await this.changes.append(tx, channelId, change) };
    });
  }

  /** Resolves to `removed: false` if the account wasn't a moderator. */
  async remove(
    channelId: string,
    accountId: string,
  ): Promise<{ removed: boolean; version: ChangeVersion }> {
    const { result, version } = await this.changes.record(
      channelId,
      ({ channelModerator }) => channelModerator.deleteMany({ where: { channelId, accountId } }),
      ({ count }) => (count > 0 ? { kind: 'moderator', accountId, appointed: false } : null),
    );
    return { removed: result.count > 0, version };
  }
}
