import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '../../cluster/bus.js';
import { publishing } from '../../cluster/publishing.repository.js';
import { isUniqueViolation } from '../../db/prisma-errors.js';
import { PrismaService } from '../../db/prisma.service.js';
import { Prisma } from '../../generated/prisma/client.js';
import { ROOM_TOPIC } from '../room/room-wake-up.js';
import { parcelsOf } from './carried-messages.js';
import type { Author, NewMessage, StoredMessage } from './chat-message.js';
import { FROM_STORED_ROLE, type StoredRole, TO_STORED_ROLE } from './chat-role.js';

/** The position in a channel's messages at which a page starts. */
export type PageStart = { afterSeq: number } | { beforeSeq: number } | 'newest';

/** Selects messages that were written during one broadcast. */
export type BroadcastPart = {
  afterSeq: number;
  from: Date | null;
  until: Date | null;
  limit: number;
};

/** Stores chat messages. */
@Injectable()
export class ChatRepository {
  /**
   * Wakes the other nodes as part of the statement that inserts messages; null if the bus can't do
   * that.
   */
  readonly #wake: Prisma.Sql | null;

  constructor(
    private readonly db: PrismaService,
    @Inject(BUS) bus: Bus,
  ) {
    const news = Prisma.sql`jsonb_build_array(raised.id, raised.base + first + count, 0) ||
      CASE WHEN messages IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object(
        'firstSeq', raised.base + first + 1, 'sentAt', sent_at, 'messages', messages)) END`;
    this.#wake = publishing(bus, ROOM_TOPIC, news);
  }

  /**
   * Stores messages for any number of channels. Either all new ones are stored or none. Continues
   * the numbering of each channel. Resolves after the commit with the stored messages. For a known
   * nonce, the result contains the original message; for a deleted channel, it contains no message.
   */
  async store(messages: readonly NewMessage[], sentAt: Date): Promise<StoredMessage[]> {
    const known: StoredMessage[] = [];
    let fresh = messages;
    // Another iteration is needed only if a sender is repeating messages through another process at
    // the same time.
    while (fresh.length > 0) {
      try {
        return [...known, ...(await this.#insert(fresh, sentAt))];
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        const found = await this.#byNonce(fresh);
        if (found.length === 0) throw error;
        known.push(...found);
        const nonces = new Set(found.map(keyOf));
        fresh = fresh.filter((message) => !nonces.has(keyOf(message)));
      }
    }
    return known;
  }

  /**
   * Inserts messages in one statement, and therefore in one transaction. Rejects if any nonce is
   * known.
   */
  async #insert(messages: readonly NewMessage[], sentAt: Date): Promise<StoredMessage[]> {
    const counts = new Map<string, number>();
    const rows = messages.map((message) => {
      const nth = (counts.get(message.channelId) ?? 0) + 1;
      counts.set(message.channelId, nth);
      return {
        nth,
        channel_id: message.channelId,
        nonce: message.nonce,
        broadcast_id: message.broadcastId,
        account_id: message.accountId,
        guest_id: message.guestId,
        name: message.name,
        display_name: message.displayName,
        reply_to_seq: message.replyToSeq,
        role: TO_STORED_ROLE[message.role],
        text: message.text,
      };
    });
    const channels = JSON.stringify([...counts].map(([id, n]) => ({ id, n })));
    // Raising chat_seq locks the channel's row, so concurrent writers continue from the new value.
    // Channels are locked in a fixed order, because two writers that lock the same channels in
    // different orders would deadlock.
    const inOrder =
      counts.size > 1 && this.db.isShared
        ? Prisma.sql`JOIN channels USING (id) ORDER BY id FOR NO KEY UPDATE OF channels`
        : Prisma.empty;
    const wake = this.#wake;
    const stored = await this.db.$queryRaw<{ channelId: string; nonce: string; seq: number }[]>`
      WITH counted AS (
        SELECT c.id, c.n FROM jsonb_to_recordset(${channels}::jsonb) AS c(id uuid, n int) ${inOrder}
      ), raised AS (
        UPDATE channels SET chat_seq = chat_seq + n FROM counted
        WHERE channels.id = counted.id
        RETURNING channels.id, n, channels.chat_seq - n AS base
      )${wake === null ? Prisma.empty : Prisma.sql`, inserted AS (`}
      INSERT INTO chat_messages (channel_id, seq, nonce, broadcast_id, account_id, guest_id, name,
                                 display_name, reply_to_seq, role, text, sent_at)
      SELECT raised.id, raised.base + nth, nonce, broadcast_id, account_id, guest_id, name,
             display_name, reply_to_seq, role, text, ${sentAt}
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS sent(
        nth int, channel_id uuid, nonce uuid, broadcast_id uuid, account_id uuid, guest_id text,
        name text, display_name text, reply_to_seq int, role chat_role, text text)
      JOIN raised ON raised.id = sent.channel_id
      RETURNING channel_id AS "channelId", nonce, seq
      ${
        wake === null
          ? Prisma.empty
          : Prisma.sql`), woken AS MATERIALIZED (
        SELECT ${wake}
        FROM jsonb_to_recordset(${parcels(messages, sentAt)}::jsonb) AS parcel(
          id uuid, first int, count int, sent_at bigint, messages jsonb)
        JOIN raised USING (id))
      SELECT inserted.* FROM inserted, (SELECT count(*) FROM woken) AS all_woken`
      }`;
    const seqs = new Map(stored.map((row) => [keyOf(row), row.seq]));
    return messages.flatMap((message) => {
      const seq = seqs.get(keyOf(message));
      return seq === undefined ? [] : [{ ...message, seq, sentAt, deletedAt: null }];
    });
  }

  async #byNonce(messages: readonly NewMessage[]): Promise<StoredMessage[]> {
    const keys = messages.map(({ channelId, nonce }) => ({ channelId, nonce }));
    return (await this.db.chatMessage.findMany({ where: { OR: keys } })).map(toMessage);
  }

  /** Returns a page of a channel, in order of seq. */
  async page(channelId: string, start: PageStart, limit: number): Promise<StoredMessage[]> {
    const forward = start !== 'newest' && 'afterSeq' in start;
    const rows = await this.db.chatMessage.findMany({
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

  /**
   * Returns a page of the messages written during one broadcast, in order of seq: the first ones
   * that follow a message and aren't older than `from` or, with `until`, the last ones before that
   * time.
   */
  async pageOfBroadcast(
    broadcastId: string,
    { afterSeq, from, until, limit }: BroadcastPart,
  ): Promise<StoredMessage[]> {
    const rows = await this.db.chatMessage.findMany({
      where: {
        broadcastId,
        seq: { gt: afterSeq },
        sentAt: { ...(from && { gte: from }), ...(until && { lt: until }) },
      },
      orderBy: { seq: until === null ? 'asc' : 'desc' },
      take: limit,
    });
    return (until === null ? rows : rows.toReversed()).map(toMessage);
  }

  /** Returns the seq of the channel's newest message; 0 if it has none. */
  async lastSeq(channelId: string): Promise<number> {
    const row = await this.db.channel.findUnique({
      where: { id: channelId },
      select: { chatSeq: true },
    });
    return row?.chatSeq ?? 0;
  }

  /** Returns the seqs of deleted messages in the range `(fromSeq, toSeq]`. */
  async deletedSeqs(channelId: string, fromSeq: number, toSeq: number): Promise<number[]> {
    const rows = await this.db.chatMessage.findMany({
      where: { channelId, seq: { gt: fromSeq, lte: toSeq }, deletedAt: { not: null } },
      orderBy: { seq: 'asc' },
      select: { seq: true },
    });
    return rows.map(({ seq }) => seq);
  }

  async find(channelId: string, seq: number): Promise<StoredMessage | null> {
    const row = await this.db.chatMessage.findUnique({
      where: { channelId_seq: { channelId, seq } },
    });
    return row && toMessage(row);
  }

  async findNonce(channelId: string, nonce: string): Promise<StoredMessage | null> {
    const row = await this.db.chatMessage.findUnique({
      where: { channelId_nonce: { channelId, nonce } },
    });
    return row && toMessage(row);
  }

  /** Returns the messages that exist, in any order. */
  async findAll(channelId: string, seqs: readonly number[]): Promise<StoredMessage[]> {
    if (seqs.length === 0) return [];
    const rows = await this.db.chatMessage.findMany({
      where: { channelId, seq: { in: [...seqs] } },
    });
    return rows.map(toMessage);
  }

  /** Returns whether the author has written in the channel before. */
  async hasWritten(channelId: string, { accountId, guestId }: Author): Promise<boolean> {
    const row = await this.db.chatMessage.findFirst({
      where: accountId === null ? { channelId, guestId } : { channelId, accountId },
      select: { seq: true },
    });
    return row !== null;
  }

  /** Returns whether an account's username or display name has this skeleton. */
  async isNameOfAccount(skeleton: string): Promise<boolean> {
    return (await this.db.accountName.count({ where: { skeleton } })) > 0;
  }
}

/** Returns the rows of {@link parcelsOf} for all channels, as JSON. */
function parcels(messages: readonly NewMessage[], sentAt: Date): string {
  const byChannel = Map.groupBy(messages, ({ channelId }) => channelId);
  return JSON.stringify(
    [...byChannel].flatMap(([id, ofChannel]) =>
      parcelsOf(ofChannel).map(({ first, count, messages: carried }) => ({
        id,
        first,
        count,
        sent_at: sentAt.getTime(),
        ...(carried && { messages: carried }),
      })),
    ),
  );
}

const keyOf = ({ channelId, nonce }: Pick<NewMessage, 'channelId' | 'nonce'>) =>
  `${channelId} ${nonce}`;

type Row = Omit<StoredMessage, 'role'> & { role: StoredRole };

/** Converts a row of the table to a message. */
export function toMessage({ role, ...row }: Row): StoredMessage {
  return { ...row, role: FROM_STORED_ROLE[role] };
}
