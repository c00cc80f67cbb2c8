import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { ChangeVersion } from '../room/stored-change.js';
import { RoomChangeRepository } from '../room/room-change.repository.js';
import type { Author, StoredMessage } from '../messages/chat-message.js';
import { toMessage } from '../messages/chat.repository.js';

/** Deletes and restores messages. The text of a deleted message remains in the database. */
@Injectable()
export class DeletionRepository {
  constructor(
    private readonly db: PrismaService,
    private readonly changes: RoomChangeRepository,
  ) {}

  /**
   * Deletes messages, and unpins the pinned one if it is among them. Resolves with the seqs of the
   * messages that were not already deleted, in order.
   */
  async delete(
    channelId: string,
    seqs: readonly number[],
    { byId, at }: { byId: string; at: Date },
  ): Promise<{ deleted: number[]; version: ChangeVersion }> {
    const { result, version } = await this.changes.record(
      channelId,
      async ({ chatMessage, channel }) => {
        const rows = await chatMessage.updateManyAndReturn({
          where: { channelId, seq: { in: [...seqs] }, deletedAt: null },
          data: { deletedAt: at, deletedById: byId },
          select: { seq: true },
        });
        const deleted = rows.map(({ seq }) => seq).toSorted((a, b) => a - b);
        if (deleted.length > 0)
          await channel.updateMany({
            where: { id: channelId, pinnedSeq: { in: deleted } },
            data: { pinnedSeq: null },
          });
        return deleted;
      },
      (deleted) => (deleted.length > 0 ? { kind: 'deleted', seqs: deleted } : null),
    );
    return { deleted: result, version };
  }

  /** Returns the author of each deleted message, and who deleted it. */
  async deleted(
    channelId: string,
    seqs: readonly number[],
  ): Promise<{ author: Author; deletedById: string | null }[]> {
    const rows = await this.db.chatMessage.findMany({
      where: { channelId, seq: { in: [...seqs] }, deletedAt: { not: null } },
      select: { accountId: true, guestId: true, deletedById: true },
    });
    return rows.map(({ deletedById, ...author }) => ({ author, deletedById }));
  }

  /** Resolves with the messages that were deleted, in order of seq. */
  async restore(
    channelId: string,
    seqs: readonly number[],
  ): Promise<{ messages: StoredMessage[]; version: ChangeVersion }> {
    const { result: rows, version } = await this.changes.record(
      channelId,
      ({ chatMessage }) =>
        chatMessage.updateManyAndReturn({
          where: { channelId, seq: { in: [...seqs] }, deletedAt: { not: null } },
          data: { deletedAt: null, deletedById: null },
        }),
      (restored) =>
        restored.length > 0 ? { kind: 'restored', seqs: restored.map(({ seq }) => seq) } : null,
    );
    const messages = rows.map(toMessage).toSorted((a, b) => a.seq - b.seq);
    return { messages, version };
  }

  /** Returns the seqs of an author's newest messages that are not deleted. */
  async seqsOf(
    channelId: string,
    { accountId, guestId }: Author,
    limit: number,
  ): Promise<number[]> {
    const rows = await this.db.chatMessage.findMany({
      where: {
        channelId,
        deletedAt: null,
        ...(accountId === null ? { guestId } : { accountId }),
      },
      orderBy: { seq: 'desc' },
      select: { seq: true },
      take: limit,
    });
    return rows.map(({ seq }) => seq);
  }
}
