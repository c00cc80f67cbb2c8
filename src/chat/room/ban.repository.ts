import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { Author } from '../messages/chat-message.js';
import type { StoredBan } from './room-bans.js';

/** The newest bans that are read; nobody has bans without end. */
const BANS_MAX = 10_000;

/** What a ban needs besides whom it is for. */
export type NewBan = Readonly<{
  author: Author;
  name: string;
  addressHashes: readonly string[];
  reason: string;
  byId: string;
  at: Date;
  /** Null: for ever. */
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

/** Who may not write in which channel, in the database. */
@Injectable()
export class BanRepository {
  constructor(private readonly db: PrismaService) {}

  /** A channel's bans, the newest first; among them time-outs that have run out. */
  async all(channelId: string): Promise<StoredBan[]> {
    const rows = await this.db.chatBan.findMany({
      where: { channelId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: COLUMNS,
      take: BANS_MAX,
    });
    return rows.map(toBan);
  }

  /** In the place of the author's last one, and of time-outs of the channel that have run out. */
  async put(channelId: string, ban: NewBan): Promise<StoredBan> {
    const { author, name, addressHashes, reason, byId, at, expiresAt } = ban;
    const { accountId, guestId } = author;
    return this.db.$transaction(async (tx) => {
      // One at a time for each channel: two at once for one author would collide.
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

  /** Resolves with false when there was none. */
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
