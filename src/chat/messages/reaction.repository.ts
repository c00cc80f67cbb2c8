import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { ChatReactionCount } from '../../protocol/chat.js';
import { REACTIONS_MAX } from '../../protocol/limits.js';

/** One sender gives an emoji to a message, or takes it back. */
export type ReactionChange = Readonly<{
  channelId: string;
  seq: number;
  emoji: string;
  reactor: string;
  on: boolean;
}>;

/** How often a message has an emoji now. */
export type ReactionCount = Readonly<{
  channelId: string;
  seq: number;
  emoji: string;
  count: number;
}>;

/** `full`: the message has {@link REACTIONS_MAX} other emoji. */
export type ReactionResult = 'done' | 'no_message' | 'full';

/** Reactions to messages in the database. */
@Injectable()
export class ReactionRepository {
  constructor(private readonly db: PrismaService) {}

  /** The reactions to some messages, by seq, those given most often first. */
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

  /** Does all changes in one transaction; the results are in their order. */
  async change(
    changes: readonly ReactionChange[],
  ): Promise<{ results: ReactionResult[]; counts: ReactionCount[] }> {
    const rows = JSON.stringify(changes.map((change, nth) => ({ ...change, nth })));
    return this.db.$transaction(async (tx) => {
      await tx.$executeRaw`
        DELETE FROM chat_reactions USING jsonb_to_recordset(${rows}::jsonb)
          AS gone("channelId" uuid, seq int, emoji text, reactor text, "on" bool)
        WHERE NOT gone."on" AND channel_id = gone."channelId" AND chat_reactions.seq = gone.seq
          AND chat_reactions.emoji = gone.emoji AND chat_reactions.reactor = gone.reactor`;
      // What many give at once may go past the bound by as many: it bounds frames, not people.
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
      return { results, counts };
    });
  }
}
