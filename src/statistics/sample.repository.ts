import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { Sample } from './sample.js';

/** Stores broadcasts' samples. */
@Injectable()
export class SampleRepository {
  constructor(private readonly db: PrismaService) {}

  /** Stores new samples, so that it can be retried; skips samples of deleted broadcasts. */
  async store(samples: readonly Sample[]): Promise<void> {
    const ids = [...new Set(samples.map(({ broadcastId }) => broadcastId))];
    const rows = await this.db.broadcast.findMany({
      where: { id: { in: ids } },
      select: { id: true },
    });
    const there = new Set(rows.map(({ id }) => id));
    const data = samples.filter(({ broadcastId }) => there.has(broadcastId));
    if (data.length > 0) await this.db.broadcastSample.createMany({ data, skipDuplicates: true });
  }

  /** All samples in chronological order. */
  list(broadcastId: string): Promise<Sample[]> {
    return this.db.broadcastSample.findMany({ where: { broadcastId }, orderBy: { step: 'asc' } });
  }
}
