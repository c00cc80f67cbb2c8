import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { Visibility } from '../../protocol/access.js';

/** What is stored of a clip. */
export type StoredClip = Readonly<{
  id: string;
  channel: string;
  ownerId: string;
  recordingId: string;
  createdById: string | null;
  /** A username. */
  createdBy: string | null;
  title: string;
  visibility: Visibility;
  startMs: number;
  durationMs: number;
  playFromMs: number;
  createdAt: Date;
}>;

export type ClipToStore = Pick<
  StoredClip,
  | 'id'
  | 'channel'
  | 'recordingId'
  | 'title'
  | 'visibility'
  | 'startMs'
  | 'durationMs'
  | 'playFromMs'
> & { createdById: string; bytes: number };

/** Clips in the database. */
@Injectable()
export class ClipRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  async create({ channel, visibility, createdById, ...clip }: ClipToStore): Promise<void> {
    await this.#db.clip.create({
      data: {
        ...clip,
        visibility: visibility.toUpperCase() as Uppercase<Visibility>,
        channel: { connect: { name: channel } },
        createdBy: { connect: { id: createdById } },
      },
    });
  }

  async find(id: string): Promise<StoredClip | null> {
    const row = await this.#db.clip.findUnique({
      where: { id },
      include: {
        channel: { select: { name: true, ownerId: true } },
        createdBy: { select: { username: true } },
      },
    });
    if (!row) return null;
    const { channel, createdBy, visibility, channelId: _, ...clip } = row;
    return {
      ...clip,
      channel: channel.name,
      ownerId: channel.ownerId,
      createdBy: createdBy?.username ?? null,
      visibility: visibility.toLowerCase() as Lowercase<typeof visibility>,
    };
  }

  /** How many clips an account has made. */
  count(accountId: string): Promise<number> {
    return this.#db.clip.count({ where: { createdById: accountId } });
  }

  /** Those of some ids that there are. */
  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#db.clip.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true },
    });
    return new Set(rows.map(({ id }) => id));
  }

  async delete(id: string): Promise<void> {
    await this.#db.clip.deleteMany({ where: { id } });
  }
}
