import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { SecurityEvent } from '../../security-log/security-event.js';
import { writeEvent } from '../../security-log/security-event.repository.js';

/** A channel with the fields that its stream key depends on. */
export type KeyedChannel = Readonly<{
  id: string;
  ownerId: string;
  /** SHA-256 of its key; null: no key. */
  keyHash: Uint8Array | null;
  keyMadeAt: Date | null;
  /** Whether the owner's account is disabled. */
  ownerDisabled: boolean;
}>;

const COLUMNS = {
  id: true,
  ownerId: true,
  streamKeyHash: true,
  streamKeyAt: true,
  owner: { select: { disabledAt: true } },
} as const;

/** Stores stream keys in the table of channels. */
@Injectable()
export class StreamKeyRepository {
  constructor(private readonly db: PrismaService) {}

  async find(channelName: string): Promise<KeyedChannel | null> {
    const row = await this.db.channel.findUnique({
      where: { name: channelName },
      select: COLUMNS,
    });
    if (row === null) return null;
    const { id, ownerId, streamKeyHash, streamKeyAt, owner } = row;
    return {
      id,
      ownerId,
      keyHash: streamKeyHash,
      keyMadeAt: streamKeyAt,
      ownerDisabled: owner.disabledAt !== null,
    };
  }

  /** Replaces the key; null removes it. */
  async set(
    channelId: string,
    hash: Uint8Array<ArrayBuffer> | null,
    { event, at }: { event: SecurityEvent; at: Date },
  ): Promise<void> {
    await this.db.$transaction(async (tx) => {
      await tx.channel.updateMany({
        where: { id: channelId },
        data: { streamKeyHash: hash, streamKeyAt: hash === null ? null : at },
      });
      await writeEvent(tx, event, at);
    });
  }
}
