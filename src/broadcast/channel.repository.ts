import { Injectable } from '@nestjs/common';
import { isMissingRow, isUniqueViolation } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Channel } from './channel.js';

const COLUMNS = {
  id: true,
  name: true,
  title: true,
  ownerId: true,
  owner: { select: { username: true } },
  createdAt: true,
  lastLiveAt: true,
} as const;

type Row = Omit<Channel, 'ownerUsername'> & { owner: { username: string } };

/** Channels in the database. */
@Injectable()
export class ChannelRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  async find(name: string): Promise<Channel | null> {
    const row = await this.#db.channel.findUnique({ where: { name }, select: COLUMNS });
    return row && toChannel(row);
  }

  /** Those of `ids` that are there (and the owner's). */
  async findAll(ids: readonly string[], owner?: string): Promise<Channel[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db.channel.findMany({
      where: { id: { in: [...ids] }, ...ownedBy(owner) },
      select: COLUMNS,
    });
    return rows.map(toChannel);
  }

  /** All (or the owner's) but `exceptIds`, the latest live first, those that never were last. */
  async list(query: {
    exceptIds: readonly string[];
    owner: string | undefined;
    skip: number;
    take: number;
  }): Promise<Channel[]> {
    const rows = await this.#db.channel.findMany({
      where: { id: { notIn: [...query.exceptIds] }, ...ownedBy(query.owner) },
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

  /** Makes a channel, unless its name is taken or its owner has `limit` already. */
  async create(
    channel: { name: string; title: string; ownerId: string },
    limit: number,
  ): Promise<Channel | 'name_taken' | 'limit_reached' | 'no_owner'> {
    const { ownerId } = channel;
    try {
      return await this.#db.$transaction(async (tx) => {
        // One at a time for each owner: two at once could both find one place left.
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

  /** Resolves with the changed channel, or null when it is gone. */
  async setTitle(id: string, title: string): Promise<Channel | null> {
    try {
      return toChannel(
        await this.#db.channel.update({ where: { id }, data: { title }, select: COLUMNS }),
      );
    } catch (error) {
      if (isMissingRow(error)) return null;
      throw error;
    }
  }

  /** With all that is kept of it. */
  async delete(id: string): Promise<void> {
    await this.#db.channel.deleteMany({ where: { id } });
  }
}

const ownedBy = (username: string | undefined) =>
  username === undefined ? {} : { owner: { username } };

function toChannel({ owner, ...row }: Row): Channel {
  return { ...row, ownerUsername: owner.username };
}
