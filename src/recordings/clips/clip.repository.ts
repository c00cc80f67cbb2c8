import { Injectable } from '@nestjs/common';
import { stricter } from '../../access/access-policy.js';
import { FROM_STORED } from '../../access/stored-visibility.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { Visibility } from '../../protocol/access.js';
import type { Page } from '../../protocol/paging.js';

/** A clip as stored. */
export type StoredClip = Readonly<{
  id: string;
  channel: string;
  ownerId: string;
  recordingId: string;
  /** Whether the clip's recording still exists. */
  hasRecording: boolean;
  createdById: string | null;
  /** The username of the clip's creator; null if the account was deleted. */
  createdBy: string | null;
  title: string;
  /**
   * Who can watch the clip now. While its recording exists, the recording's visibility applies as
   * well.
   */
  visibility: Visibility;
  startMs: number;
  durationMs: number;
  playFromMs: number;
  bytes: number;
  /** The file name of the thumbnail. */
  thumbnail: string | null;
  createdAt: Date;
}>;

export type ClipToStore = Pick<
  StoredClip,
  | 'id'
  | 'channel'
  | 'recordingId'
  | 'title'
  | 'startMs'
  | 'durationMs'
  | 'playFromMs'
  | 'bytes'
  | 'thumbnail'
> & { createdById: string };

/** Which clips to list: those of a channel, or those that an account created. */
export type ClipsOf = Readonly<{ channel: string }> | Readonly<{ createdById: string }>;

const COLUMNS = {
  channel: { select: { name: true, ownerId: true } },
  createdBy: { select: { username: true } },
} as const;

type Row = Readonly<{
  id: string;
  channelId: string;
  channel: { name: string; ownerId: string };
  recordingId: string;
  createdById: string | null;
  createdBy: { username: string } | null;
  title: string;
  visibility: keyof typeof FROM_STORED | null;
  startMs: number;
  durationMs: number;
  playFromMs: number;
  bytes: bigint;
  thumbnail: string | null;
  createdAt: Date;
}>;

/** Stores clips in the database. */
@Injectable()
export class ClipRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Stores a clip if the account is below the limit and the recording still exists. Concurrent
   * requests can't exceed the limit together.
   * @param max the maximum number of clips per account
   */
  async create(
    { channel, createdById, ...clip }: ClipToStore,
    max: number,
  ): Promise<'stored' | 'too_many' | 'no_recording'> {
    return this.db.$transaction(async (db) => {
      await db.$queryRaw`SELECT 1 FROM accounts WHERE id = ${createdById}::uuid FOR UPDATE`;
      if ((await db.clip.count({ where: { createdById } })) >= max) return 'too_many';
      // Locks the recording, whose visibility applies to the clip, until the transaction ends.
      const recordings = await db.$queryRaw<unknown[]>`
        SELECT 1 FROM recordings WHERE broadcast_id = ${clip.recordingId}::uuid FOR SHARE`;
      if (recordings.length === 0) return 'no_recording';
      await db.clip.create({
        data: {
          ...clip,
          channel: { connect: { name: channel } },
          createdBy: { connect: { id: createdById } },
        },
      });
      return 'stored';
    });
  }

  async find(id: string): Promise<StoredClip | null> {
    const row = await this.db.clip.findUnique({ where: { id }, include: COLUMNS });
    const [clip] = row ? await this.#complete([row]) : [];
    return clip ?? null;
  }

  /** Lists clips, newest first. */
  async list(filter: ClipsOf, { limit, offset }: Page): Promise<StoredClip[]> {
    const rows = await this.db.clip.findMany({
      where: 'channel' in filter ? { channel: { name: filter.channel } } : filter,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: offset,
      take: limit,
      include: COLUMNS,
    });
    return this.#complete(rows);
  }

  /** Returns the number of clips that an account has created. */
  count(accountId: string): Promise<number> {
    return this.db.clip.count({ where: { createdById: accountId } });
  }

  /** Returns the ids for which a clip exists. */
  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.clip.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true },
    });
    return new Set(rows.map(({ id }) => id));
  }

  async delete(id: string): Promise<void> {
    await this.db.clip.deleteMany({ where: { id } });
  }

  /** Adds the current state of the clips' recordings. */
  async #complete(rows: readonly Row[]): Promise<StoredClip[]> {
    const recordings = await this.db.recording.findMany({
      where: { broadcastId: { in: [...new Set(rows.map(({ recordingId }) => recordingId))] } },
      select: { broadcastId: true, broadcast: { select: { visibility: true } } },
    });
    const now = new Map(
      recordings.map(({ broadcastId, broadcast }) => [
        broadcastId,
        FROM_STORED[broadcast.visibility],
      ]),
    );
    return rows.map(({ channel, createdBy, bytes, channelId: _channelId, ...clip }) => {
      const own = clip.visibility && FROM_STORED[clip.visibility];
      const ofRecording = now.get(clip.recordingId) ?? null;
      return {
        ...clip,
        channel: channel.name,
        ownerId: channel.ownerId,
        createdBy: createdBy?.username ?? null,
        bytes: Number(bytes),
        hasRecording: ofRecording !== null,
        visibility: visibilityOf(own, ofRecording),
      };
    });
  }
}

/**
 * Returns the stricter of the clip's visibility and its recording's visibility. If both are null,
 * the clip is private.
 */
function visibilityOf(own: Visibility | null, ofRecording: Visibility | null): Visibility {
  if (own === null || ofRecording === null) return own ?? ofRecording ?? 'private';
  return stricter(own, ofRecording);
}
