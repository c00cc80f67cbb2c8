import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { SealedKeys } from './target-keys.js';

export type StoredTarget = Readonly<{
  id: string;
  name: string;
  url: string;
  enabled: boolean;
  hasPassphrase: boolean;
  createdAt: Date;
}>;

/** A target with its sealed keys. */
export type SealedTarget = Readonly<{ url: string }> & SealedKeys;

type SealedBytes = Uint8Array<ArrayBuffer>;

/** The values that a change sets; the keys are sealed. */
export type TargetChange = Partial<Pick<StoredTarget, 'name' | 'url' | 'enabled'>> &
  Readonly<{ key?: SealedBytes; passphrase?: SealedBytes | null }>;

const TARGET = {
  id: true,
  name: true,
  url: true,
  enabled: true,
  passphrase: true,
  createdAt: true,
} as const;
type Row = Omit<StoredTarget, 'hasPassphrase'> & Readonly<{ passphrase: Uint8Array | null }>;

/** Stores the targets to which channels are restreamed. */
@Injectable()
export class RestreamRepository {
  constructor(private readonly db: PrismaService) {}

  async list(channelId: string): Promise<StoredTarget[]> {
    const rows = await this.db.restreamTarget.findMany({
      where: { channelId },
      select: TARGET,
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(toTarget);
  }

  /** Lists the targets that are turned on, with their keys. */
  enabled(channelId: string): Promise<SealedTarget[]> {
    return this.db.restreamTarget.findMany({
      where: { channelId, enabled: true },
      select: { id: true, url: true, key: true, passphrase: true },
      orderBy: { createdAt: 'asc' },
    });
  }

  /** Adds a target; resolves to null if the channel already has `max` targets. */
  async add(
    target: Readonly<{
      id: string;
      channelId: string;
      name: string;
      url: string;
      key: SealedBytes;
      passphrase: SealedBytes | null;
    }>,
    max: number,
  ): Promise<StoredTarget | null> {
    const { channelId } = target;
    return this.db.$transaction(async (tx) => {
      // This locks the channel, so that concurrent requests can't exceed the limit.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      if ((await tx.restreamTarget.count({ where: { channelId } })) >= max) return null;
      return toTarget(await tx.restreamTarget.create({ data: target, select: TARGET }));
    });
  }

  /** Resolves to null if the channel has no such target. */
  async find(channelId: string, id: string): Promise<StoredTarget | null> {
    const row = await this.db.restreamTarget.findFirst({
      where: { id, channelId },
      select: TARGET,
    });
    return row && toTarget(row);
  }

  /**
   * Changes a target, unless its URL is no longer `before.url`, against which the caller has
   * checked the change. Resolves to null if no such target exists.
   */
  async change(before: StoredTarget, data: TargetChange): Promise<StoredTarget | null> {
    const { id, url } = before;
    const [changed] = await this.db.restreamTarget.updateManyAndReturn({
      where: { id, url },
      data,
      select: TARGET,
    });
    return changed ? toTarget(changed) : null;
  }

  async remove(channelId: string, id: string): Promise<void> {
    await this.db.restreamTarget.deleteMany({ where: { id, channelId } });
  }
}

const toTarget = ({ passphrase, ...target }: Row): StoredTarget => ({
  ...target,
  hasPassphrase: passphrase !== null,
});
