import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';

/** A stored upload, without its data. */
export type StoredAsset = Readonly<{
  id: string;
  name: string;
  width: number;
  height: number;
  bytes: number;
  createdAt: Date;
}>;

type NewAsset = Pick<StoredAsset, 'name' | 'width' | 'height'> &
  Readonly<{ channelId: string; data: Uint8Array<ArrayBuffer> }>;

const ASSET = {
  id: true,
  name: true,
  width: true,
  height: true,
  bytes: true,
  createdAt: true,
} as const;

/** Stores uploads for scenes. */
@Injectable()
export class StageAssetRepository {
  constructor(private readonly db: PrismaService) {}

  /** Adds an upload; resolves to null if it would exceed the channel's limits. */
  async add(
    asset: NewAsset,
    limits: Readonly<{ count: number; bytes: number }>,
  ): Promise<StoredAsset | null> {
    const { channelId, data } = asset;
    return this.db.$transaction(async (tx) => {
      // Without this lock, two requests could both find room for the last upload.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      const { _count: count, _sum: sum } = await tx.stageAsset.aggregate({
        where: { channelId },
        _count: true,
        _sum: { bytes: true },
      });
      if (count >= limits.count || (sum.bytes ?? 0) + data.length > limits.bytes) return null;
      return tx.stageAsset.create({ data: { ...asset, bytes: data.length }, select: ASSET });
    });
  }

  /** Lists a channel's uploads, oldest first. */
  async list(channelId: string): Promise<StoredAsset[]> {
    return this.db.stageAsset.findMany({
      where: { channelId },
      orderBy: { id: 'asc' },
      select: ASSET,
    });
  }

  async data(channelId: string, id: string): Promise<Uint8Array | null> {
    const row = await this.db.stageAsset.findFirst({
      where: { channelId, id },
      select: { data: true },
    });
    return row?.data ?? null;
  }

  /** Resolves to false if the channel has no such upload. */
  async delete(channelId: string, id: string): Promise<boolean> {
    const { count } = await this.db.stageAsset.deleteMany({ where: { channelId, id } });
    return count > 0;
  }
}
