import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { PrismaService } from '../../db/prisma.service.js';
import { AuditAction } from '../../protocol/chat-moderation.js';

/** Entries of one moderator in one channel that are kept, the newest: so nobody drives out what others did. */
const ACTS_MAX = 2_000;
/** Pins are counted by themselves: they drive out no bans. */
const PINS_MAX = 200;
const PINS: AuditAction[] = ['pin', 'unpin'];
/** What is older goes, whoever did it. */
const KEEP_MS = 730 * 86_400_000;
/** One in so many entries looks for those of its kind that are too many. */
const PRUNE_EVERY = 100;

/** What undoing needs to know of an action; null: it can't be undone. */
export const AuditDetail = z.union([
  z.object({ kind: z.literal('messages'), seqs: z.array(z.int()) }),
  z.object({ kind: z.literal('ban'), banId: z.uuid() }),
  z.object({ kind: z.literal('none') }),
]);
export type AuditDetail = z.output<typeof AuditDetail>;

export type NewAuditEntry = Readonly<{
  byId: string;
  byName: string;
  action: AuditAction;
  target: string;
  reason: string;
  detail: AuditDetail;
  at: Date;
}>;

/** An entry as stored. */
export type StoredAuditEntry = Readonly<
  Omit<NewAuditEntry, 'byId'> & { id: string; undoneAt: Date | null }
>;

const COLUMNS = {
  id: true,
  byName: true,
  action: true,
  target: true,
  reason: true,
  detail: true,
  at: true,
  undoneAt: true,
} as const;

/** What moderators did, in the database. */
@Injectable()
export class AuditRepository {
  #added = 0;

  constructor(private readonly db: PrismaService) {}

  async add(channelId: string, entry: NewAuditEntry): Promise<StoredAuditEntry> {
    const row = await this.db.chatAuditEntry.create({
      data: { channelId, ...entry },
      select: COLUMNS,
    });
    this.#added += 1;
    if (this.#added % PRUNE_EVERY === 0) await this.#prune(channelId, entry);
    return toEntry(row);
  }

  /** The newest first, or those before one. */
  async page(
    channelId: string,
    { beforeId, limit }: { beforeId: string | undefined; limit: number },
  ): Promise<StoredAuditEntry[]> {
    const rows = await this.db.chatAuditEntry.findMany({
      // Ids are in the order of time.
      where: { channelId, ...(beforeId === undefined ? {} : { id: { lt: beforeId } }) },
      orderBy: { id: 'desc' },
      select: COLUMNS,
      take: limit,
    });
    return rows.map(toEntry);
  }

  async find(channelId: string, id: string): Promise<StoredAuditEntry | null> {
    const row = await this.db.chatAuditEntry.findFirst({
      where: { channelId, id },
      select: COLUMNS,
    });
    return row && toEntry(row);
  }

  /** Resolves with false when it was undone before. */
  async markUndone(channelId: string, id: string, at: Date): Promise<boolean> {
    const { count } = await this.db.chatAuditEntry.updateMany({
      where: { channelId, id, undoneAt: null },
      data: { undoneAt: at },
    });
    return count > 0;
  }

  async #prune(channelId: string, { byId, action, at }: NewAuditEntry): Promise<void> {
    const isPin = PINS.includes(action);
    const of = { channelId, byId, action: isPin ? { in: PINS } : { notIn: PINS } };
    const [oldest] = await this.db.chatAuditEntry.findMany({
      where: of,
      orderBy: { id: 'desc' },
      select: { id: true },
      skip: isPin ? PINS_MAX : ACTS_MAX,
      take: 1,
    });
    const tooMany = oldest ? [{ ...of, id: { lte: oldest.id } }] : [];
    const tooOld = { channelId, at: { lt: new Date(at.getTime() - KEEP_MS) } };
    await this.db.chatAuditEntry.deleteMany({ where: { OR: [tooOld, ...tooMany] } });
  }
}

type Row = Omit<StoredAuditEntry, 'action' | 'detail'> & { action: string; detail: unknown };

function toEntry({ action, detail, ...row }: Row): StoredAuditEntry {
  return { ...row, action: AuditAction.parse(action), detail: AuditDetail.parse(detail) };
}
