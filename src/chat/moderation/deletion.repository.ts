import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { Author, StoredMessage } from '../messages/chat-message.js';
import { toMessage } from '../messages/chat.repository.js';

/** Deletes and restores messages in the database; their texts stay. */
@Injectable()
export class DeletionRepository {
  constructor(private readonly db: PrismaService) {}

  /** Resolves with those that were not deleted before, in the order of seq. */
  async delete(
    channelId: string,
    seqs: readonly number[],
    { byId, at }: { byId: string; at: Date },
  ): Promise<StoredMessage[]> {
    const rows = await this.db.chatMessage.updateManyAndReturn({
      where: { channelId, seq: { in: [...seqs] }, deletedAt: null },
      data: { deletedAt: at, deletedById: byId },
    });
    return inOrder(rows.map(toMessage));
  }

  /** Of those that are deleted: who wrote them, and who deleted them. */
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

  /** Resolves with those that were deleted before, in the order of seq. */
  async restore(channelId: string, seqs: readonly number[]): Promise<StoredMessage[]> {
    const rows = await this.db.chatMessage.updateManyAndReturn({
      where: { channelId, seq: { in: [...seqs] }, deletedAt: { not: null } },
      data: { deletedAt: null, deletedById: null },
    });
    return inOrder(rows.map(toMessage));
  }

  /** The newest messages of an author that are not deleted. */
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

function inOrder(messages: readonly StoredMessage[]): StoredMessage[] {
  return messages.toSorted((a, b) => a.seq - b.seq);
}
