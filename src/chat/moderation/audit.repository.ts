import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { PrismaService } from '../../db/prisma.service.js';
import type { ChangeVersion } from '../room/stored-change.js';
import { RoomChangeRepository } from '../room/room-change.repository.js';
import { AuditAction, type AuditEntry } from '../../protocol/chat-moderation.js';

/**
 * The maximum number of entries per moderator and channel. The limit is per moderator, so that
 * nobody can evict other moderators' entries.
 */
const ACTS_MAX = 2_000;
/** Pins are counted separately, so that they don't evict bans. */
const PINS_MAX = 200;
const PINS: AuditAction[] = ['pin', 'unpin'];
/** Entries that are older than this are deleted. */
const KEEP_MS = 730 * 86_400_000;
/**
 * Each time this number of entries has been added, old entries are pruned: those with the same
 * channel, moderator and kind as the last added entry.
 */
const PRUNE_EVERY = 100;

/** The data needed to undo an action; `none` if it can't be undone. */
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

/** An entry as it is stored. */
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

/** Stores the audit log. */
@Injectable()
export class AuditRepository {
  #added = 0;

  constructor(
    private readonly db: PrismaService,
    private readonly changes: RoomChangeRepository,
  ) {}

  async add(
    channelId: string,
    entry: NewAuditEntry,
  ): Promise<{ entry: StoredAuditEntry; version: ChangeVersion }> {
    const { result: row, version } = await this.changes.record(
      channelId,
      ({ chatAuditEntry }) =>
        chatAuditEntry.create({ data: { channelId, ...entry }, select: COLUMNS }),
      ({ id: entryId }) => ({ kind: 'audited', entryId }),
    );
    this.#added += 1;
    if (this.#added % PRUNE_EVERY === 0) await this.#prune(channelId, entry);
    return { entry: toEntry(row), version };
  }

  /** Returns the newest entries, or those before a given one; newest first. */
  async page(
    channelId: string,
    { beforeId, limit }: { beforeId: string | undefined; limit: number },
  ): Promise<StoredAuditEntry[]> {
    const rows = await this.db.chatAuditEntry.findMany({
      // Ids are in chronological order.
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

  /** Resolves to `marked: false` if the action was already undone. */
  async markUndone(
    channelId: string,
    id: string,
    at: Date,
  ): Promise<{ marked: boolean; version: ChangeVersion }> {
    const { result, version } = await this.changes.record(
      channelId,
      ({ chatAuditEntry }) =>
        chatAuditEntry.updateMany({
          where: { channelId, id, undoneAt: null },
          data: { undoneAt: at },
        }),
      ({ count }) => (count > 0 ? { kind: 'audited', entryId: id } : null),
    );
    return { marked: result.count > 0, version };
  }

  async #prune(channelId: string, { byId, action, at }: NewAuditEntry): Promise<void> {
    const isPin = PINS.includes(action);
    const sameKind = { channelId, byId, action: isPin ? { in: PINS } : { notIn: PINS } };
    const [oldest] = await this.db.chatAuditEntry.findMany({
      where: sameKind,
      orderBy: { id: 'desc' },
      select: { id: true },
      skip: isPin ? PINS_MAX : ACTS_MAX,
      take: 1,
    });
    const tooMany = oldest ? [{ ...sameKind, id: { lte: oldest.id } }] : [];
    const tooOld = { channelId, at: { lt: new Date(at.getTime() - KEEP_MS) } };
    await this.db.chatAuditEntry.deleteMany({ where: { OR: [tooOld, ...tooMany] } });
  }
}

type Row = Omit<StoredAuditEntry, 'action' | 'detail'> & { action: string; detail: unknown };

function toEntry({ action, detail, ...row }: Row): StoredAuditEntry {
  return { ...row, action: AuditAction.parse(action), detail: AuditDetail.parse(detail) };
}

/** Converts an entry to the view that moderators get. */
export function entryView(stored: StoredAuditEntry): AuditEntry {
  const { id, action, byName, target, reason, at, undoneAt, detail } = stored;
  return {
    id,
    action,
    by: byName,
    target,
    reason,
    at: at.toISOString(),
    undoneAt: undoneAt?.toISOString() ?? null,
    undoable: undoneAt === null && detail.kind !== 'none',
  };
}
