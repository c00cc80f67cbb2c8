import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';

/** Stores avatars. */
@Injectable()
export class AvatarRepository {
  constructor(private readonly db: PrismaService) {}

  async put(accountId: string, version: string, image: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.db.avatar.upsert({
      where: { accountId },
      create: { accountId, version, image },
      update: { version, image, createdAt: new Date() },
    });
  }

  async find(version: string): Promise<Uint8Array | null> {
    const row = await this.db.avatar.findUnique({ where: { version }, select: { image: true } });
    return row?.image ?? null;
  }

  async delete(accountId: string): Promise<void> {
    await this.db.avatar.deleteMany({ where: { accountId } });
  }
}
