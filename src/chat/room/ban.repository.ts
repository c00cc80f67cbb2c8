import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { Author } from '../messages/chat-message.js';
import type { StoredBan } from './room-bans.js';

/** Limit of bans loaded, newest first. */
const BANS_MAX = 10_000;

/** A new ban, without its target. */
export type NewBan = Readonly<{
  author: Author;
  name: string;
  addressHashes: readonly string[];
  reason: string;
  byId: string;
  at: Date;
  /** Null if permanent. */
  expiresAt: Date | null;
}>;

const COLUMNS = {
  id: true,
  accountId: true,
  guestId: true,
  name: true,
  reason: true,
  createdAt: true,
  addressHashes: true,
  expiresAt: true,
} as const;

type Row = Omit<StoredBan, 'addressHashes'> & { addressHashes: Uint8Array[] };

/** Stores channel bans and time-outs. */
@Injectable()
export class BanRepository {
  constructor(private readonly db: PrismaService) {}

  /** Lists a channel's bans, newest first, including expired time-outs. */
  async all(channelId: string): Promise<StoredBan[]> {
    const rows = await this.db.chatBan.findMany({
      where: { channelId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: COLUMNS,
      take: BANS_MAX,
    });
    return rows.map(toBan);
  }

  /** Replaces the author's previous ban, and removes the channel's expired time-outs. */
  async put(channelId: string, ban: NewBan): Promise<StoredBan> {
    const { author, name, addressHashes, reason, byId, at, expiresAt } = ban;
    const { accountId, guestId } = author;
    return this.db.$transaction(async (tx) => {
      // Serialize per channel: two concurrent bans of one author would collide.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      const whom = accountId === null ? { guestId } : { accountId };
      await tx.chatBan.deleteMany({
        where: { channelId, OR: [whom, { expiresAt: { lte: at } }] },
      });
      const row = await tx.chatBan.create({
        data: {
          channelId,
          accountId,
          guestId,
          name,
          reason,
          bannedById: byId,
          createdAt: at,
          expiresAt,
          addressHashes: addressHashes.map(
            (hash) => new Uint8Array(Buffer.from(hash, 'base64url')),
          ),
        },
        select: COLUMNS,
      });
      return toBan(row);
    });
  }

  /** Resolves with false if it does not exist. */
  async remove(channelId: string, id: string): Promise<boolean> {
    return (await this.db.chatBan.deleteMany({ where: { channelId, id } })).count > 0;
  }
}

function toBan({ addressHashes, ...row }: Row): StoredBan {
  return {
    ...row,
    addressHashes: addressHashes.map((hash) => Buffer.from(hash).toString('base64url')),
  };
}
