import { Injectable } from '@nestjs/common';
import { FROM_STORED } from '../access/stored-visibility.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Visibility } from '../protocol/access.js';
import { Chapters, type RecordingChapter } from './chapters.js';
import type {
  RecordingChange,
  RecordingProblem,
  RecordingSettings,
  RecordingState,
} from '../protocol/recording.js';

/** What is stored of a recording. */
export type StoredRecording = Readonly<{
  id: string;
  state: RecordingState;
  /** Why parts of it are missing; null: none are. */
  problem: RecordingProblem | null;
  /** The file of the picture that lists show. */
  thumbnail: string | null;
  visibility: Visibility;
  kept: boolean;
  durationMs: number;
  bytes: number;
  chapters: readonly RecordingChapter[];
  title: string;
  channel: string;
  ownerId: string;
  startedAt: Date;
}>;

/** What one account stores. */
export type StoredUsage = Readonly<{
  accountId: string;
  bytes: number;
  /** Of these, what doesn't go by itself. */
  keptBytes: number;
}>;

/** So many are looked at for what may go. */
const REMOVABLE_MAX = 10_000;

const COLUMNS = {
  broadcast: {
    select: {
      title: true,
      visibility: true,
      startedAt: true,
      channel: { select: { name: true, ownerId: true } },
    },
  },
} as const;

/** Recordings in the database. */
@Injectable()
export class RecordingRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Makes the recording of a broadcast that is on. Resolves with what it is called, and whose it is; null: its channel
   * is not to be recorded, or it is gone.
   */
  async begin(broadcastId: string): Promise<{ title: string; ownerId: string } | null> {
    const broadcast = await this.db.broadcast.findUnique({
      where: { id: broadcastId },
      select: { title: true, channel: { select: { recordingEnabled: true, ownerId: true } } },
    });
    if (!broadcast?.channel.recordingEnabled) return null;
    await this.db.recording.upsert({
      where: { broadcastId },
      create: { broadcastId },
      update: {},
    });
    return { title: broadcast.title, ownerId: broadcast.channel.ownerId };
  }

  async setChapters(id: string, chapters: readonly RecordingChapter[]): Promise<void> {
    await this.db.recording.updateMany({
      where: { broadcastId: id },
      data: { chapters: chapters.map((one) => ({ ...one })) },
    });
  }

  /** Something of it is missing. The first reason stays. */
  async setProblem(id: string, problem: RecordingProblem): Promise<void> {
    await this.db.recording.updateMany({
      where: { broadcastId: id, problem: null },
      data: { problem: STORED_PROBLEM[problem] },
    });
  }

  /** It is complete. @param what null: there is nothing to play */
  async finish(
    id: string,
    what: Readonly<{ durationMs: number; bytes: number; thumbnail: string | null }> | null,
  ): Promise<void> {
    await this.db.recording.updateMany({
      where: { broadcastId: id },
      data: what ? { ...what, state: 'READY' } : { state: 'FAILED' },
    });
  }

  /**
   * What each account stores, but for some recordings: its channels' recordings, and the clips that it made. Clips of
   * accounts that are gone count for the channel's owner.
   */
  async usages(except: readonly string[]): Promise<StoredUsage[]> {
    const rows = await this.db.$queryRaw<{ id: string; bytes: bigint; kept: bigint }[]>`
      SELECT id, SUM(bytes)::bigint AS bytes, SUM(kept)::bigint AS kept FROM (
        SELECT channels.owner_id AS id, recordings.bytes,
          CASE WHEN recordings.kept THEN recordings.bytes ELSE 0 END AS kept
        FROM recordings
          JOIN broadcasts ON broadcasts.id = recordings.broadcast_id
          JOIN channels ON channels.id = broadcasts.channel_id
        WHERE recordings.state IN ('READY', 'FAILED')
          AND recordings.broadcast_id <> ALL(${[...except]}::uuid[])
        UNION ALL
        SELECT COALESCE(clips.created_by_id, channels.owner_id), clips.bytes, clips.bytes
        FROM clips JOIN channels ON channels.id = clips.channel_id
      ) AS stored GROUP BY id`;
    return rows.map(({ id, bytes, kept }) => {
      return { accountId: id, bytes: Number(bytes), keptBytes: Number(kept) };
    });
  }

  /** How many accounts have a channel. */
  async owners(): Promise<number> {
    const rows = await this.db.$queryRaw<{ count: bigint }[]>`
      SELECT COUNT(DISTINCT owner_id) AS count FROM channels`;
    return Number(rows[0]?.count ?? 0);
  }

  /** What of an account's may go, the oldest first: finished, and not kept for good. */
  async removable(ownerId: string): Promise<{ id: string; bytes: number }[]> {
    const rows = await this.db.recording.findMany({
      where: {
        kept: false,
        state: { in: ['READY', 'FAILED'] },
        bytes: { gt: 0 },
        broadcast: { channel: { ownerId } },
      },
      orderBy: { broadcast: { startedAt: 'asc' } },
      take: REMOVABLE_MAX,
      select: { broadcastId: true, bytes: true },
    });
    return rows.map(({ broadcastId, bytes }) => ({ id: broadcastId, bytes: Number(bytes) }));
  }

  /** Those that are not finished. */
  async unfinished(): Promise<string[]> {
    const rows = await this.db.recording.findMany({
      where: { state: { in: ['RECORDING', 'FINISHING'] } },
      select: { broadcastId: true },
    });
    return rows.map(({ broadcastId }) => broadcastId);
  }

  async find(id: string): Promise<StoredRecording | null> {
    const [row] = await this.findAll([id]);
    return row ?? null;
  }

  /** Those that there are, in any order. */
  async findAll(ids: readonly string[]): Promise<StoredRecording[]> {
    if (ids.length === 0) return [];
    const rows = await this.db.recording.findMany({
      where: { broadcastId: { in: [...ids] } },
      include: COLUMNS,
    });
    return rows.map(({ broadcastId, broadcast, state, bytes, chapters, ...row }) => ({
      id: broadcastId,
      problem: row.problem && LOADED_PROBLEM[row.problem],
      thumbnail: row.thumbnail,
      kept: row.kept,
      durationMs: row.durationMs,
      bytes: Number(bytes),
      state: state.toLowerCase() as Lowercase<typeof state>,
      visibility: FROM_STORED[broadcast.visibility],
      chapters: Chapters.parse(chapters),
      title: broadcast.title,
      startedAt: broadcast.startedAt,
      channel: broadcast.channel.name,
      ownerId: broadcast.channel.ownerId,
    }));
  }

  async change(id: string, { title, kept }: Omit<RecordingChange, 'visibility'>): Promise<void> {
    await this.db.recording.update({
      where: { broadcastId: id },
      data: {
        ...(kept !== undefined && { kept }),
        ...(title !== undefined && { broadcast: { update: { title } } }),
      },
    });
  }

  async settings(channelId: string): Promise<RecordingSettings> {
    const row = await this.db.channel.findUniqueOrThrow({
      where: { id: channelId },
      select: { recordingEnabled: true, recordingKeepDays: true, recordingKeepLast: true },
    });
    return {
      enabled: row.recordingEnabled,
      keepDays: row.recordingKeepDays,
      keepLast: row.recordingKeepLast,
    };
  }

  async setSettings(
    channelId: string,
    { enabled, keepDays, keepLast }: RecordingSettings,
  ): Promise<void> {
    await this.db.channel.update({
      where: { id: channelId },
      data: {
        recordingEnabled: enabled,
        recordingKeepDays: keepDays,
        recordingKeepLast: keepLast,
      },
    });
  }

  /** Channels that don't keep all. */
  async limited(): Promise<
    { channelId: string; keepDays: number | null; keepLast: number | null }[]
  > {
    const rows = await this.db.channel.findMany({
      where: {
        OR: [{ recordingKeepDays: { not: null } }, { recordingKeepLast: { not: null } }],
      },
      select: { id: true, recordingKeepDays: true, recordingKeepLast: true },
    });
    return rows.map(({ id, recordingKeepDays, recordingKeepLast }) => ({
      channelId: id,
      keepDays: recordingKeepDays,
      keepLast: recordingKeepLast,
    }));
  }

  /**
   * A channel's finished recordings that are to go: older ones than `before`, and beyond the newest so many.
   * Those that are kept for good neither go nor count.
   */
  async excess(
    channelId: string,
    { before, keepLast }: { before: Date | null; keepLast: number | null },
  ): Promise<string[]> {
    const rows = await this.db.recording.findMany({
      where: { kept: false, state: { in: ['READY', 'FAILED'] }, broadcast: { channelId } },
      orderBy: { broadcast: { startedAt: 'desc' } },
      select: { broadcastId: true, broadcast: { select: { startedAt: true } } },
    });
    return rows
      .filter(
        ({ broadcast }, index) =>
          (before !== null && broadcast.startedAt < before) ||
          (keepLast !== null && index >= keepLast),
      )
      .map(({ broadcastId }) => broadcastId);
  }

  /** Deletes one. Clips of it stay for whom they were for while it was there. */
  async delete(id: string): Promise<void> {
    await this.db.$transaction(async (db) => {
      // Whoever makes a clip of it has it locked until that is stored.
      await db.$queryRaw`SELECT 1 FROM recordings WHERE broadcast_id = ${id}::uuid FOR UPDATE`;
      // Visibilities are in order, from everybody to few; nulls don't count.
      await db.$executeRaw`
        UPDATE clips SET visibility = GREATEST(clips.visibility, broadcasts.visibility)
        FROM broadcasts WHERE broadcasts.id = clips.recording_id AND clips.recording_id = ${id}::uuid`;
      await db.recording.deleteMany({ where: { broadcastId: id } });
    });
  }
}

const STORED_PROBLEM = {
  full: 'FULL',
  unwritable: 'UNWRITABLE',
} as const satisfies Record<RecordingProblem, string>;

const LOADED_PROBLEM = {
  FULL: 'full',
  UNWRITABLE: 'unwritable',
} as const satisfies Record<string, RecordingProblem>;
