import { Injectable } from '@nestjs/common';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../db/prisma.service.js';
import type { SecurityEvent } from '../../security-log/security-event.js';
import { writeEvent } from '../../security-log/security-event.repository.js';

/** The fields of a channel that are relevant to its stream key. */
type KeyedChannel = Readonly<{
  id: string;
  name: string;
  ownerId: string;
  /** The SHA-256 hash of the channel's key; null if it has no key. */
  keyHash: Uint8Array | null;
  keyMadeAt: Date | null;
  /** Whether the owner's account is disabled. */
  ownerDisabled: boolean;
}>;

const COLUMNS = {
  id: true,
  name: true,
  ownerId: true,
  streamKeyHash: true,
  streamKeyAt: true,
  owner: { select: { disabledAt: true } },
} as const;

/** Stores stream keys in the channels table. */
@Injectable()
export class StreamKeyRepository {
  constructor(private readonly db: PrismaService) {}

  async find(channelName: string): Promise<KeyedChannel | null> {
    return toKeyed(
      await this.db.channel.findUnique({ where: { name: channelName }, select: COLUMNS }),
    );
  }

  /** Finds the channel with this hash of a key, or null. */
  async findByHash(keyHash: Uint8Array<ArrayBuffer>): Promise<KeyedChannel | null> {
    return toKeyed(
      await this.db.channel.findUnique({ where: { streamKeyHash: keyHash }, select: COLUMNS }),
    );
  }

  /** Replaces the key, or removes it if the new one is null. */
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

type Row = Prisma.ChannelGetPayload<{ select: typeof COLUMNS }>;

function toKeyed(row: Row | null): KeyedChannel | null {
  if (row === null) return null;
  const { id, name, ownerId, streamKeyHash, streamKeyAt, owner } = row;
  return {
    id,
    name,
    ownerId,
    keyHash: streamKeyHash,
    keyMadeAt: streamKeyAt,
    ownerDisabled: owner.disabledAt !== null,
  };
}
