import { Injectable } from '@nestjs/common';
import { isMissingRow } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';
import type { SharingSettings } from '../protocol/sharing.js';

/** Stores the sharing settings of channels. */
@Injectable()
export class SharingRepository {
  constructor(private readonly db: PrismaService) {}

  /** Resolves to null if the channel doesn't exist. */
  async settings(channelId: string): Promise<SharingSettings | null> {
    const row = await this.db.channel.findUnique({
      where: { id: channelId },
      select: { sharingEnabled: true, sharingLiveAbove: true },
    });
    return row && { enabled: row.sharingEnabled, liveAbove: row.sharingLiveAbove };
  }

  /** Resolves to false if the channel doesn't exist. */
  async setSettings(channelId: string, settings: SharingSettings): Promise<boolean> {
    try {
      await this.db.channel.update({
        where: { id: channelId },
        data: { sharingEnabled: settings.enabled, sharingLiveAbove: settings.liveAbove },
      });
      return true;
    } catch (error) {
      if (isMissingRow(error)) return false;
      throw error;
    }
  }
}
