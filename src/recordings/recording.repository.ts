import type { NodeId } from '../cluster/cluster.js';
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

/** A recording as stored. */
export type StoredRecording = Readonly<{
  id: string;
  state: RecordingState;
  /** The reason why parts are missing; null if the recording is complete. */
  problem: RecordingProblem | null;
  /** The file name of the thumbnail. */
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

/** One account's storage use. */
export type StoredUsage = Readonly<{
  accountId: string;
  bytes: number;
  /** The part of the use that is never deleted automatically. */
  keptBytes: number;
}>;

/** The maximum number of deletable recordings read at a time. */
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

/** Stores recordings in the database. */
@Injectable()
export class RecordingRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Creates the recording of an active broadcast. Resolves with its title and owner, or null if its
   * channel is not recorded or no longer exists.
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
      // The node that ran the broadcast earlier may have finished the recording.
      update: { state: 'RECORDING' },
    });
    return { title: broadcast.title, ownerId: broadcast.channel.ownerId };
  }

  async setChapters(id: string, chapters: readonly RecordingChapter[]): Promise<void> {
    await this.db.recording.updateMany({
      where: { broadcastId: id },
      data: { chapters: chapters.map((one) => ({ ...one })) },
    });
  }

  /** Stores the reason why parts are missing. Only the first reason is stored. */
  async setProblem(id: string, problem: RecordingProblem): Promise<void> {
    await this.db.recording.updateMany({
      where: { broadcastId: id, problem: null },
      data: { problem: STORED_PROBLEM[problem] },
    });
  }

  /**
   * Marks a recording as finished.
   * @param what null if there is nothing to play
   */
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
   * Whether another node runs the broadcast of a recording, and will therefore finish the
   * recording.
   */
  async continuesElsewhere(id: string, self: NodeId): Promise<boolean> {
    const broadcast = await this.db.broadcast.findUnique({
      where: { id },
      select: { state: true, nodeId: true },
    });
    return broadcast !== null && broadcast.state !== 'ENDED' && broadcast.nodeId !== self;
  }

  /**
   * Returns each account's usage: the recordings of its channels and of their guests, and the clips
   * that it created. Clips by deleted accounts count toward the usage of the channel's owner.
   * @param except the ids of recordings, of broadcasts or guests, that aren't counted
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
        SELECT channels.owner_id, guest_recordings.bytes,
          CASE WHEN recordings.kept THEN guest_recordings.bytes ELSE 0 END
        FROM guest_recordings
          JOIN recordings ON recordings.broadcast_id = guest_recordings.recording_id
          JOIN broadcasts ON broadcasts.id = recordings.broadcast_id
          JOIN channels ON channels.id = broadcasts.channel_id
        WHERE guest_recordings.state IN ('READY', 'FAILED')
          AND guest_recordings.id <> ALL(${[...except]}::uuid[])
        UNION ALL
        SELECT COALESCE(clips.created_by_id, channels.owner_id), clips.bytes, clips.bytes
        FROM clips JOIN channels ON channels.id = clips.channel_id
      ) AS stored GROUP BY id`;
    return rows.map(({ id, bytes, kept }) => {
      return { accountId: id, bytes: Number(bytes), keptBytes: Number(kept) };
    });
  }

  /** Returns the number of accounts that have a channel. */
  async owners(): Promise<number> {
    const rows = await this.db.$queryRaw<{ count: bigint }[]>`
      SELECT COUNT(DISTINCT owner_id) AS count FROM channels`;
    return Number(rows[0]?.count ?? 0);
  }

  /**
   * Lists the recordings of an account that may be deleted automatically, oldest first: those that
   * are finished and not marked to be kept.
   */
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
      select: { broadcastId: true, bytes: true, guests: { select: { bytes: true } } },
    });
    return rows.map(({ broadcastId, bytes, guests }) => ({
      id: broadcastId,
      bytes: guests.reduce((sum, guest) => sum + Number(guest.bytes), Number(bytes)),
    }));
  }

  /** Returns the ids of unfinished recordings of ended broadcasts whose node no longer exists. */
  async unfinished(): Promise<string[]> {
    const rows = await this.db.$queryRaw<{ id: string }[]>`
      SELECT recordings.broadcast_id AS id
      FROM recordings JOIN broadcasts ON broadcasts.id = recordings.broadcast_id
      WHERE recordings.state IN ('RECORDING', 'FINISHING') AND broadcasts.state = 'ENDED'
        AND (broadcasts.node_id IS NULL
          OR NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = broadcasts.node_id))`;
    return rows.map(({ id }) => id);
  }

  /** Returns the ids of all unfinished recordings. */
  async allUnfinished(): Promise<string[]> {
    const rows = await this.db.recording.findMany({
      where: { state: { in: ['RECORDING', 'FINISHING'] } },
      select: { broadcastId: true },
    });
    return rows.map(({ broadcastId }) => broadcastId);
  }

  /** Whether a broadcast has a recording. */
  async has(id: string): Promise<boolean> {
    return (await this.db.recording.count({ where: { broadcastId: id } })) > 0;
  }

  async find(id: string): Promise<StoredRecording | null> {
    const [row] = await this.findAll([id]);
    return row ?? null;
  }

  /** Returns the recordings that exist, in no particular order. */
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

  /** Lists the channels that limit the age or the number of their recordings. */
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
   * Lists a channel's finished recordings that are due for deletion: those older than `before`, and
   * those beyond the newest `keepLast`. Recordings marked to be kept are never due and aren't
   * counted.
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

  /** Deletes a recording. The recording's visibility continues to apply to its clips. */
  async delete(id: string): Promise<void> {
    await this.db.$transaction(async (db) => {
      // This waits for clips that are being stored, whose transactions lock the recording.
      await db.$queryRaw`SELECT 1 FROM recordings WHERE broadcast_id = ${id}::uuid FOR UPDATE`;
      // Visibilities are ordered from public to private; nulls are ignored.
      await db.$executeRaw`
        UPDATE clips SET visibility = GREATEST(clips.visibility, broadcasts.visibility)
        FROM broadcasts WHERE broadcasts.id = clips.recording_id AND clips.recording_id = ${id}::uuid`;
      await db.recording.deleteMany({ where: { broadcastId: id } });
    });
  }
}

/** The problems as the database stores them. */
export const STORED_PROBLEM = {
  full: 'FULL',
  unwritable: 'UNWRITABLE',
} as const satisfies Record<RecordingProblem, string>;

/** The stored problems as the API names them. */
export const LOADED_PROBLEM = {
  FULL: 'full',
  UNWRITABLE: 'unwritable',
} as const satisfies Record<string, RecordingProblem>;
