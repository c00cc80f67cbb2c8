import { Inject, Injectable } from '@nestjs/common';
import { ADDRESS_BAN_MS } from '../access/address-ban.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Bannable } from './room/participant.js';

/** Finds a channel's bans that apply to guests on its stage. */
@Injectable()
export class StageBanRepository {
  constructor(
    private readonly db: PrismaService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether a person is banned from the channel. Time-outs apply only to its chat. */
  async isBanned(
    channelId: string,
    { accountId, guestId, addressHash }: Bannable,
  ): Promise<boolean> {
    const since = new Date(this.clock.nowMs() - ADDRESS_BAN_MS);
    const hash = new Uint8Array(Buffer.from(addressHash, 'base64url'));
    const ban = await this.db.chatBan.findFirst({
      where: {
        channelId,
        expiresAt: null,
        OR:
          accountId === null
            ? [{ guestId }, { addressHashes: { has: hash }, createdAt: { gt: since } }]
            : [{ accountId }],
      },
      select: { id: true },
    });
    return ban !== null;
  }
}
