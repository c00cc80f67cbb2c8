import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { Sample } from './sample.js';

/** Stores broadcast samples. */
@Injectable()
export class SampleRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Stores samples. Skips samples that are already stored, so that a call can be retried, and
   * samples of deleted broadcasts.
   */
  async store(samples: readonly Sample[]): Promise<void> {
    const ids = [...new Set(samples.map(({ broadcastId }) => broadcastId))];
    const rows = await this.db.broadcast.findMany({
      where: { id: { in: ids } },
      select: { id: true },
    });
    const existing = new Set(rows.map(({ id }) => id));
    const data = samples.filter(({ broadcastId }) => existing.has(broadcastId));
    if (data.length > 0) await this.db.broadcastSample.createMany({ data, skipDuplicates: true });
  }

  /**
   * Lists all samples of a broadcast, in order of time. Multiple nodes may have samples for the
   * same step.
   */
  list(broadcastId: string): Promise<Sample[]> {
    return this.db.broadcastSample.findMany({
      where: { broadcastId },
      orderBy: [{ step: 'asc' }, { epoch: 'asc' }],
    });
  }
}
