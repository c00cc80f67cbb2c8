import { Injectable } from '@nestjs/common';
import { isMissingRow, isUniqueViolation } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Visibility } from '../protocol/access.js';
import type { SecurityEvent } from '../security-log/security-event.js';
import { writeEvent } from '../security-log/security-event.repository.js';
import type { Channel } from './channel.js';

const COLUMNS = {
  id: true,
  name: true,
  title: true,
  ownerId: true,
  owner: { select: { username: true } },
  visibility: true,
  createdAt: true,
  lastLiveAt: true,
} as const;

type Row = Omit<Channel, 'ownerUsername' | 'visibility'> & {
  owner: { username: string };
  visibility: Uppercase<Visibility>;
};

/**
 * Which channels to list: those of one owner or of all owners, limited to those that `accountId`
 * can see.
 */
type Which = Readonly<{ owner: string | undefined; accountId: string | null }>;

/** Stores channels in the database. */
@Injectable()
export class ChannelRepository {
  constructor(private readonly db: PrismaService) {}

  async find(name: string): Promise<Channel | null> {
    const row = await this.db.channel.findUnique({ where: { name }, select: COLUMNS });
    return row && toChannel(row);
  }

  /** Finds the listed channels among `ids`. */
  async findAll(ids: readonly string[], which: Which): Promise<Channel[]> {
    if (ids.length === 0) return [];
    const rows = await this.db.channel.findMany({
      where: { id: { in: [...ids] }, ...listed(which) },
      select: COLUMNS,
    });
    return rows.map(toChannel);
  }

  /**
   * Lists channels except `exceptIds`. Those that were live most recently come first; those that
   * were never live come last.
   */
  async list(query: {
    exceptIds: readonly string[];
    which: Which;
    skip: number;
    take: number;
  }): Promise<Channel[]> {
    const rows = await this.db.channel.findMany({
      where: { id: { notIn: [...query.exceptIds] }, ...listed(query.which) },
      orderBy: [
        { lastLiveAt: { sort: 'desc', nulls: 'last' } },
        { createdAt: 'desc' },
        { id: 'desc' },
      ],
      select: COLUMNS,
      skip: query.skip,
      take: query.take,
    });
    return rows.map(toChannel);
  }

  /** Creates a channel, unless its name is taken or its owner has reached the limit. */
  async create(
    channel: { name: string; title: string; ownerId: string },
    limit: number,
  ): Promise<Channel | 'name_taken' | 'limit_reached' | 'no_owner'> {
    const { ownerId } = channel;
    try {
      return await this.db.$transaction(async (tx) => {
        // This locks the owner. Otherwise two concurrent requests could both find room for one more
        // channel.
        await tx.$queryRaw`SELECT 1 FROM accounts WHERE id = ${ownerId}::uuid FOR UPDATE`;
        if ((await tx.channel.count({ where: { ownerId } })) >= limit) return 'limit_reached';
        return toChannel(await tx.channel.create({ data: channel, select: COLUMNS }));
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'name_taken';
      if (isMissingRow(error)) return 'no_owner';
      throw error;
    }
  }

  /** Resolves to the changed channel, or null if the channel no longer exists. */
  async setTitle(id: string, title: string): Promise<Channel | null> {
    try {
      return toChannel(
        await this.db.channel.update({ where: { id }, data: { title }, select: COLUMNS }),
      );
    } catch (error) {
      if (isMissingRow(error)) return null;
      throw error;
    }
  }

  /** Deletes the channel and everything stored for it. */
  async delete(id: string, { event, at }: { event: SecurityEvent; at: Date }): Promise<void> {
    await this.db.$transaction(async (tx) => {
      const { count } = await tx.channel.deleteMany({ where: { id } });
      if (count > 0) await writeEvent(tx, event, at);
    });
  }
}

/** Matches a running broadcast. */
const IS_ON = { state: { not: 'ENDED' as const } };
const ON_FOR_FEWER = { ...IS_ON, visibility: { not: 'PUBLIC' as const } };

/**
 * Matches listed channels. Everyone sees public channels, unless a broadcast with a narrower
 * audience is running on them. Members also see private channels, and channels on which a private
 * broadcast is running. Owners who list their own channels see all of them.
 */
function listed({ owner, accountId }: Which) {
  const ofOwner = owner === undefined ? {} : { owner: { username: owner } };
  const open = { visibility: 'PUBLIC' as const, broadcasts: { none: ON_FOR_FEWER } };
  if (accountId === null) return { ...ofOwner, ...open };
  const isMember = { members: { some: { accountId } } };
  return {
    ...ofOwner,
    OR: [
      open,
      { visibility: 'PRIVATE' as const, ...isMember },
      { broadcasts: { some: { ...IS_ON, visibility: 'PRIVATE' as const } }, ...isMember },
      ...(owner === undefined ? [] : [{ ownerId: accountId }]),
    ],
  };
}

function toChannel({ owner, visibility, ...row }: Row): Channel {
  return {
    ...row,
    ownerUsername: owner.username,
    // The database stores the protocol's names in uppercase.
    visibility: visibility.toLowerCase() as Lowercase<typeof visibility>,
  };
}
