import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { Sample } from './sample.js';

/** Broadcasts' samples in the database. */
@Injectable()
export class SampleRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  /** Stores what isn't there yet, so that it can be tried again; leaves out what broadcasts are gone of. */
  async store(samples: readonly Sample[]): Promise<void> {
    const ids = [...new Set(samples.map(({ broadcastId }) => broadcastId))];
    const rows = await this.#db.broadcast.findMany({
      where: { id: { in: ids } },
      select: { id: true },
    });
    const there = new Set(rows.map(({ id }) => id));
    const data = samples.filter(({ broadcastId }) => there.has(broadcastId));
    if (data.length > 0) await this.#db.broadcastSample.createMany({ data, skipDuplicates: true });
  }

  /** In the order of time. */
  list(broadcastId: string): Promise<Sample[]> {
    return this.#db.broadcastSample.findMany({ where: { broadcastId }, orderBy: { step: 'asc' } });
  }
}
