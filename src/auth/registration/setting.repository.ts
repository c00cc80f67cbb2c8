import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import { type AdminEvent, writeAdminEvent } from '../../security-log/admin-event.repository.js';

/** What administrators set while the service runs. */
@Injectable()
export class SettingRepository {
  constructor(private readonly db: PrismaService) {}

  /** As it was stored, unchecked; undefined when it was never set. */
  async find(key: string): Promise<unknown> {
    return (await this.db.setting.findUnique({ where: { key } }))?.value;
  }

  async set(key: string, value: string, { act, at }: { act: AdminEvent; at: Date }): Promise<void> {
    await this.db.$transaction(async (tx) => {
      await tx.setting.upsert({ where: { key }, create: { key, value }, update: { value } });
      await writeAdminEvent(tx, act, at);
    });
  }
}
