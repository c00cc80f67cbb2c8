import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { SceneList } from '../../protocol/scene.js';

/** Stores channels' scenes. */
@Injectable()
export class SceneRepository {
  constructor(private readonly db: PrismaService) {}

  /** Returns the stored scenes, unvalidated; undefined if none are stored. */
  async find(channelId: string): Promise<unknown> {
    return (await this.db.stageScenes.findUnique({ where: { channelId } }))?.list;
  }

  async put(channelId: string, list: SceneList): Promise<void> {
    await this.db.stageScenes.upsert({
      where: { channelId },
      create: { channelId, list },
      update: { list },
    });
  }
}
