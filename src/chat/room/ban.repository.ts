import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { Author } from '../messages/chat-message.js';
import type { ChangeVersion } from './stored-change.js';
import { RoomChangeRepository } from './room-change.repository.js';
import type { StoredBan } from './room-bans.js';

/** The maximum number of bans loaded, newest first. */
const BANS_MAX = 10_000;

/** A ban to store. */
export type NewBan = Readonly<{
  author: Author;
  name: string;
  addressHashes: readonly string[];
  reason: string;
  byId: string;
  at: Date;
  /** The time at which the ban ends; null if it is permanent. */
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
  constructor(
    private readonly db: PrismaService,
    private readonly changes: RoomChangeRepository,
  ) {}

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
  async put(channelId: string, ban: NewBan): Promise<{ ban: StoredBan; version: ChangeVersion }> {
    const { author, name, addressHashes, reason, byId, at, expiresAt } = ban;
    const { accountId, guestId } = author;
    return this.db.$transaction(async (tx) => {
      // Calls are serialized per channel, because two concurrent bans of the same author would
      // collide.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      const target = accountId === null ? { guestId } : { accountId };
      await tx.chatBan.deleteMany({
        where: { channelId, OR: [target, { expiresAt: { lte: at } }] },
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
      const version = await this.changes.append(tx, channelId, { kind: 'banned', banId: row.id });
      return { ban: toBan(row), version };
    });
  }

  async find(channelId: string, id: string): Promise<StoredBan | null> {
    const row = await this.db.chatBan.findFirst({ where: { channelId, id }, select: COLUMNS });
    return row && toBan(row);
  }

  /** Resolves to `removed: false` if the ban does not exist. */
  async remove(
    channelId: string,
    { id, accountId, guestId, addressHashes }: StoredBan,
  ): Promise<{ removed: boolean; version: ChangeVersion }> {
    const author = { accountId, guestId };
    const { result, version } = await this.changes.record(
      channelId,
      async ({ chatBan }) => (await chatBan.deleteMany({ where: { channelId, id } })).count > 0,
      (removed) =>
        removed ? { kind: 'unbanned', author, addressHashes: [...addressHashes] } : null,
    );
    return { removed: result, version };
  }
}

function toBan({ addressHashes, ...row }: Row): StoredBan {
  return {
    ...row,
    addressHashes: addressHashes.map((hash) => Buffer.from(hash).toString('base64url')),
  };
}
