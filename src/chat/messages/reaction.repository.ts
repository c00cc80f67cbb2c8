import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { ChatReactionCount } from '../../protocol/chat.js';
import { REACTIONS_MAX } from '../../protocol/limits.js';
import type { ChangeVersion } from '../room/stored-change.js';
import { RoomChangeRepository } from '../room/room-change.repository.js';

/** The reaction counts that a transaction changed in one channel. */
export type ChangedCounts = Readonly<{
  channelId: string;
  counts: Omit<ReactionCount, 'channelId'>[];
  version: ChangeVersion;
}>;

/** One person's reaction to a message, to be added or removed. */
export type ReactionChange = Readonly<{
  channelId: string;
  seq: number;
  emoji: string;
  reactor: string;
  on: boolean;
}>;

/** The number of reactions to a message with one emoji. */
export type ReactionCount = Readonly<{
  channelId: string;
  seq: number;
  emoji: string;
  count: number;
}>;

/** `full`: the message already has reactions with {@link REACTIONS_MAX} other emoji. */
export type ReactionResult = 'done' | 'no_message' | 'full';

/** Stores reactions to messages. */
@Injectable()
export class ReactionRepository {
  constructor(
    private readonly db: PrismaService,
    private readonly changes: RoomChangeRepository,
  ) {}

  /** Returns the reactions to messages by seq, the most frequent emoji first. */
  async counts(
    channelId: string,
    seqs: readonly number[],
    reactor: string,
  ): Promise<Map<number, ChatReactionCount[]>> {
    const bySeq = new Map<number, ChatReactionCount[]>();
    if (seqs.length === 0) return bySeq;
    const rows = await this.db.$queryRaw<
      { seq: number; emoji: string; count: number; mine: boolean }[]
    >`
      SELECT seq, emoji, count(*)::int AS count, bool_or(reactor = ${reactor}) AS mine
      FROM chat_reactions
      WHERE channel_id = ${channelId}::uuid AND seq = ANY(${[...seqs]})
      GROUP BY seq, emoji ORDER BY seq, count(*) DESC, min(created_at)`;
    for (const { seq, emoji, count, mine } of rows) {
      const counts = bySeq.get(seq) ?? [];
      counts.push({ emoji, count, ...(mine ? { mine } : {}) });
      bySeq.set(seq, counts);
    }
    return bySeq;
  }

  /** Applies all changes in one transaction; the results are in the same order. */
  async change(
    changes: readonly ReactionChange[],
  ): Promise<{ results: ReactionResult[]; changed: ChangedCounts[] }> {
    const channelIds = [...new Set(changes.map(({ channelId }) => channelId))];
    const rows = JSON.stringify(changes.map((change, nth) => ({ ...change, nth })));
    return this.db.$transaction(async (tx) => {
      await this.changes.lock(tx, channelIds);
      await tx.$executeRaw`
        DELETE FROM chat_reactions USING jsonb_to_recordset(${rows}::jsonb)
          AS gone("channelId" uuid, seq int, emoji text, reactor text, "on" bool)
        WHERE NOT gone."on" AND channel_id = gone."channelId" AND chat_reactions.seq = gone.seq
          AND chat_reactions.emoji = gone.emoji AND chat_reactions.reactor = gone.reactor`;
      // One batch may exceed the limit by its own size. That is acceptable, because the limit only
      // bounds the size of frames.
      const given = await tx.$queryRaw<{ nth: number; result: ReactionResult }[]>`
        SELECT nth, CASE
          WHEN NOT EXISTS (
            SELECT 1 FROM chat_messages m WHERE m.channel_id = sent."channelId"
              AND m.seq = sent.seq AND m.deleted_at IS NULL) THEN 'no_message'
          WHEN sent."on" AND (
            SELECT count(DISTINCT r.emoji) FROM chat_reactions r
            WHERE r.channel_id = sent."channelId" AND r.seq = sent.seq AND r.emoji <> sent.emoji
          ) >= ${REACTIONS_MAX} THEN 'full'
          ELSE 'done' END AS result
        FROM jsonb_to_recordset(${rows}::jsonb)
          AS sent(nth int, "channelId" uuid, seq int, emoji text, "on" bool) ORDER BY nth`;
      const results = given.map(({ result }) => result);
      const fresh = changes.filter((change, nth) => change.on && results[nth] === 'done');
      await tx.chatReaction.createMany({
        data: fresh.map(({ channelId, seq, emoji, reactor }) => ({
          channelId,
          seq,
          emoji,
          reactor,
        })),
        skipDuplicates: true,
      });
      const counts = await tx.$queryRaw<ReactionCount[]>`
        SELECT DISTINCT sent."channelId", sent.seq, sent.emoji, (
          SELECT count(*)::int FROM chat_reactions r WHERE r.channel_id = sent."channelId"
            AND r.seq = sent.seq AND r.emoji = sent.emoji) AS count
        FROM jsonb_to_recordset(${rows}::jsonb)
          AS sent("channelId" uuid, seq int, emoji text)`;
      const changed: ChangedCounts[] = [];
      for (const [channelId, some] of Map.groupBy(counts, (count) => count.channelId)) {
        const these = some.map(({ seq, emoji, count }) => ({ seq, emoji, count }));
        const change = { kind: 'reactions', counts: these } as const;
        const version = await this.changes.append(tx, channelId, change);
        changed.push({ channelId, counts: these, version });
      }
      return { results, changed };
    });
  }
}
