import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';
import type { ChatMessage } from '../protocol/chat.js';
import type { Author, NewMessage, StoredMessage } from './chat-message.js';

/** A ban as stored. */
export type StoredBan = Readonly<Author & { id: string; name: string; createdAt: Date }>;

/** Where in a channel's messages a page starts. */
export type PageStart = { afterSeq: number } | { beforeSeq: number } | 'newest';

const ROLE = { owner: 'OWNER', member: 'MEMBER', guest: 'GUEST' } as const;
const FROM_ROLE = { OWNER: 'owner', MEMBER: 'member', GUEST: 'guest' } as const satisfies Record<
  (typeof ROLE)[ChatMessage['role']],
  ChatMessage['role']
>;
/** The newest bans that are read; nobody has bans without end. */
const BANS_MAX = 10_000;

/** Chat messages and bans in the database. */
@Injectable()
export class ChatRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /**
   * Stores messages of any channels in one statement, so in one transaction: all or none. Each channel
   * goes on counting where it was. Resolves, after the commit, with what is stored: for a nonce that
   * was stored before, the first message; nothing for a channel that is gone.
   */
  async store(messages: readonly NewMessage[], sentAt: Date): Promise<StoredMessage[]> {
    const rows = messages.map((message, position) => ({
      position,
      channel_id: message.channelId,
      nonce: message.nonce,
      broadcast_id: message.broadcastId,
      account_id: message.accountId,
      guest_id: message.guestId,
      name: message.name,
      role: ROLE[message.role],
      text: message.text,
    }));
    const inserted = await this.#db.$queryRaw<{ position: number; seq: number }[]>`
      WITH sent AS (
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(
          position int, channel_id uuid, nonce uuid, broadcast_id uuid, account_id uuid,
          guest_id text, name text, role chat_role, text text)
      ), fresh AS (
        SELECT sent.*, row_number() OVER (PARTITION BY channel_id ORDER BY position)::int AS nth
        FROM sent
        WHERE NOT EXISTS (
          SELECT FROM chat_messages m WHERE m.channel_id = sent.channel_id AND m.nonce = sent.nonce)
      ), raised AS (
        UPDATE channels SET chat_seq = chat_seq + counted.n
        FROM (SELECT channel_id, count(*)::int AS n FROM fresh GROUP BY channel_id) AS counted
        WHERE channels.id = counted.channel_id
        RETURNING channels.id, channels.chat_seq - counted.n AS base
      ), stored AS (
        INSERT INTO chat_messages (channel_id, seq, nonce, broadcast_id, account_id, guest_id,
                                   name, role, text, sent_at)
        SELECT fresh.channel_id, raised.base + fresh.nth, nonce, broadcast_id, account_id, guest_id,
               name, role, text, ${sentAt}
        FROM fresh JOIN raised ON raised.id = fresh.channel_id
      )
      SELECT fresh.position, raised.base + fresh.nth AS seq
      FROM fresh JOIN raised ON raised.id = fresh.channel_id
      ORDER BY fresh.position`;
    const seqs = new Map(inserted.map(({ position, seq }) => [position, seq]));
    const repeated = messages.filter((_, position) => !seqs.has(position));
    const stored = messages.flatMap((message, position) => {
      const seq = seqs.get(position);
      return seq === undefined ? [] : [{ ...message, seq, sentAt, deletedAt: null }];
    });
    return repeated.length === 0 ? stored : [...(await this.#byNonce(repeated)), ...stored];
  }

  async #byNonce(messages: readonly NewMessage[]): Promise<StoredMessage[]> {
    const keys = messages.map(({ channelId, nonce }) => ({ channelId, nonce }));
    return (await this.#db.chatMessage.findMany({ where: { OR: keys } })).map(toMessage);
  }

  /** A page of a channel, in the order of seq. */
  async page(channelId: string, start: PageStart, limit: number): Promise<StoredMessage[]> {
    const forward = start !== 'newest' && 'afterSeq' in start;
    const rows = await this.#db.chatMessage.findMany({
      where: {
        channelId,
        ...(start === 'newest'
          ? {}
          : { seq: forward ? { gt: start.afterSeq } : { lt: start.beforeSeq } }),
      },
      orderBy: { seq: forward ? 'asc' : 'desc' },
      take: limit,
    });
    return (forward ? rows : rows.toReversed()).map(toMessage);
  }

  /** A page of what was written during one broadcast, in the order of seq. */
  async pageOfBroadcast(
    broadcastId: string,
    { afterSeq, limit }: { afterSeq: number; limit: number },
  ): Promise<StoredMessage[]> {
    const rows = await this.#db.chatMessage.findMany({
      where: { broadcastId, seq: { gt: afterSeq } },
      orderBy: { seq: 'asc' },
      take: limit,
    });
    return rows.map(toMessage);
  }

  /** The seq of the channel's newest message; 0 when there is none. */
  async lastSeq(channelId: string): Promise<number> {
    const row = await this.#db.channel.findUnique({
      where: { id: channelId },
      select: { chatSeq: true },
    });
    return row?.chatSeq ?? 0;
  }

  /** Which messages in `(fromSeq, toSeq]` are deleted. */
  async deletedSeqs(channelId: string, fromSeq: number, toSeq: number): Promise<number[]> {
    const rows = await this.#db.chatMessage.findMany({
      where: { channelId, seq: { gt: fromSeq, lte: toSeq }, deletedAt: { not: null } },
      orderBy: { seq: 'asc' },
      select: { seq: true },
    });
    return rows.map(({ seq }) => seq);
  }

  async find(channelId: string, seq: number): Promise<StoredMessage | null> {
    const row = await this.#db.chatMessage.findUnique({
      where: { channelId_seq: { channelId, seq } },
    });
    return row && toMessage(row);
  }

  /** Empties a message. Resolves with false when there is none; again does nothing. */
  async delete(
    channelId: string,
    seq: number,
    { byId, at }: { byId: string; at: Date },
  ): Promise<boolean> {
    const { count } = await this.#db.chatMessage.updateMany({
      where: { channelId, seq, deletedAt: null },
      data: { text: '', deletedAt: at, deletedById: byId },
    });
    return count > 0 || (await this.find(channelId, seq)) !== null;
  }

  /** Bans an author, or resolves with the ban that there is. */
  async ban(
    channelId: string,
    author: Author & { name: string },
    { byId, at }: { byId: string; at: Date },
  ): Promise<StoredBan> {
    const { accountId, guestId, name } = author;
    try {
      return await this.#db.chatBan.create({
        data: { channelId, accountId, guestId, name, bannedById: byId, createdAt: at },
        select: BAN_COLUMNS,
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return await this.#db.chatBan.findFirstOrThrow({
        where: { channelId, accountId, guestId },
        select: BAN_COLUMNS,
      });
    }
  }

  /** Resolves with the ban that was lifted, or null when there was none. */
  async unban(channelId: string, id: string): Promise<StoredBan | null> {
    const ban = await this.#db.chatBan.findFirst({
      where: { channelId, id },
      select: BAN_COLUMNS,
    });
    if (ban) await this.#db.chatBan.deleteMany({ where: { id } });
    return ban;
  }

  /** The newest first. */
  async bans(channelId: string, limit = BANS_MAX): Promise<StoredBan[]> {
    return this.#db.chatBan.findMany({
      where: { channelId },
      orderBy: { createdAt: 'desc' },
      select: BAN_COLUMNS,
      take: limit,
    });
  }

  /** Whether an account has this name; `username` in small letters. */
  async isUsername(username: string): Promise<boolean> {
    return (await this.#db.account.count({ where: { username } })) > 0;
  }
}

const BAN_COLUMNS = { id: true, accountId: true, guestId: true, name: true, createdAt: true };

type Row = Omit<StoredMessage, 'role'> & { role: (typeof ROLE)[ChatMessage['role']] };

function toMessage({ role, ...row }: Row): StoredMessage {
  return { ...row, role: FROM_ROLE[role] };
}
