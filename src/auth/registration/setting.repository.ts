import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';

/** What administrators set while the service runs. */
@Injectable()
export class SettingRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /** As it was stored, unchecked; undefined when it was never set. */
  async find(key: string): Promise<unknown> {
    return (await this.#db.setting.findUnique({ where: { key } }))?.value;
  }

  async set(key: string, value: string): Promise<void> {
    await this.#db.setting.upsert({ where: { key }, create: { key, value }, update: { value } });
  }
}
