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
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /**
   * Makes the recording of a broadcast that is on. Resolves with what it is called; null: its channel is not to
   * be recorded, or it is gone.
   */
  async begin(broadcastId: string): Promise<string | null> {
    const broadcast = await this.#db.broadcast.findUnique({
      where: { id: broadcastId },
      select: { title: true, channel: { select: { recordingEnabled: true } } },
    });
    if (!broadcast?.channel.recordingEnabled) return null;
    await this.#db.recording.upsert({
      where: { broadcastId },
      create: { broadcastId },
      update: {},
    });
    return broadcast.title;
  }

  async setChapters(id: string, chapters: readonly RecordingChapter[]): Promise<void> {
    await this.#db.recording.updateMany({
      where: { broadcastId: id },
      data: { chapters: chapters.map((one) => ({ ...one })) },
    });
  }

  /** Something of it is missing. The first reason stays. */
  async setProblem(id: string, problem: RecordingProblem): Promise<void> {
    await this.#db.recording.updateMany({
      where: { broadcastId: id, problem: null },
      data: { problem: STORED_PROBLEM[problem] },
    });
  }

  /** It is complete. @param what null: there is nothing to play */
  async finish(
    id: string,
    what: Readonly<{ durationMs: number; bytes: number; thumbnail: string | null }> | null,
  ): Promise<void> {
    await this.#db.recording.updateMany({
      where: { broadcastId: id },
      data: what ? { ...what, state: 'READY' } : { state: 'FAILED' },
    });
  }

  /** What all that is finished takes, but for some, with clips whose recording is gone. */
  async takenBytes(except: readonly string[]): Promise<number> {
    const rows = await this.#db.$queryRaw<{ bytes: bigint }[]>`
      SELECT (SELECT COALESCE(SUM(bytes), 0) FROM recordings WHERE state IN ('READY', 'FAILED')
          AND broadcast_id <> ALL(${[...except]}::uuid[]))::bigint
        + (SELECT COALESCE(SUM(bytes), 0) FROM clips WHERE NOT EXISTS
          (SELECT 1 FROM recordings WHERE broadcast_id = recording_id))::bigint AS bytes`;
    return Number(rows[0]?.bytes ?? 0);
  }

  /** The oldest that may go: finished, and not kept for good. */
  async oldest(count: number): Promise<{ id: string; bytes: number }[]> {
    const rows = await this.#db.recording.findMany({
      where: { kept: false, state: { in: ['READY', 'FAILED'] } },
      orderBy: { broadcast: { startedAt: 'asc' } },
      take: count,
      select: { broadcastId: true, bytes: true },
    });
    return rows.map(({ broadcastId, bytes }) => ({ id: broadcastId, bytes: Number(bytes) }));
  }

  /** Those that are not finished. */
  async unfinished(): Promise<string[]> {
    const rows = await this.#db.recording.findMany({
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
    const rows = await this.#db.recording.findMany({
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
    await this.#db.recording.update({
      where: { broadcastId: id },
      data: {
        ...(kept !== undefined && { kept }),
        ...(title !== undefined && { broadcast: { update: { title } } }),
      },
    });
  }

  async settings(channelId: string): Promise<RecordingSettings> {
    const row = await this.#db.channel.findUniqueOrThrow({
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
    await this.#db.channel.update({
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
    const rows = await this.#db.channel.findMany({
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
    const rows = await this.#db.recording.findMany({
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

  async delete(id: string): Promise<void> {
    await this.#db.recording.deleteMany({ where: { broadcastId: id } });
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
