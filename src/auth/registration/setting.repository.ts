import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import { type AdminEvent, writeAdminEvent } from '../../security-log/admin-event.repository.js';

/** Stores the settings that administrators can change at run time. */
@Injectable()
export class SettingRepository {
  constructor(private readonly db: PrismaService) {}

  /** Returns the stored value, unvalidated; undefined if it was never set. */
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
