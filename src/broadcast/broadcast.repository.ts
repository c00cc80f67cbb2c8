import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { BroadcastState, EndReason } from '../protocol/broadcast.js';

/** What is kept of a broadcast that is on; times in milliseconds since 1970. */
export type BroadcastRecord = {
  id: string;
  channelId: string;
  title: string;
  state: BroadcastState;
  startedAtMs: number;
  endedAtMs: number | null;
  endReason: EndReason | null;
  peakViewers: number;
};

const STATE = {
  starting: 'STARTING',
  live: 'LIVE',
  interrupted: 'INTERRUPTED',
  ended: 'ENDED',
} as const satisfies Record<BroadcastState, string>;

const END_REASON = {
  publisher_ended: 'PUBLISHER_ENDED',
  grace_elapsed: 'GRACE_ELAPSED',
  never_started: 'NEVER_STARTED',
  channel_deleted: 'CHANNEL_DELETED',
  server_stopped: 'SERVER_STOPPED',
} as const satisfies Record<EndReason, string>;

/** Broadcasts in the database. */
@Injectable()
export class BroadcastRepository {
  readonly #db: PrismaService;

  constructor(db: PrismaService) {
    this.#db = db;
  }

  async create(record: BroadcastRecord): Promise<void> {
    const startedAt = new Date(record.startedAtMs);
    await this.#db.broadcast.create({
      data: {
        id: record.id,
        channelId: record.channelId,
        title: record.title,
        state: STATE[record.state],
        startedAt,
        lastSeenAt: startedAt,
      },
    });
  }

  /** Stores where a broadcast is now; an end also becomes the channel's "last live". */
  async save(record: BroadcastRecord, nowMs: number): Promise<void> {
    const endedAt = record.endedAtMs === null ? null : new Date(record.endedAtMs);
    await this.#db.broadcast.updateMany({
      where: { id: record.id },
      data: {
        title: record.title,
        state: STATE[record.state],
        endedAt,
        endReason: record.endReason === null ? null : END_REASON[record.endReason],
        peakViewers: record.peakViewers,
        lastSeenAt: new Date(nowMs),
      },
    });
    if (endedAt && record.endReason !== 'never_started')
      await this.#db.channel.updateMany({
        where: { id: record.channelId },
        data: { lastLiveAt: endedAt },
      });
  }

  /** Ends what a crash left over, at its last sign of life. Resolves with how many there were. */
  async closeLeftOvers(): Promise<number> {
    const leftOvers = await this.#db.broadcast.findMany({
      where: { state: { not: 'ENDED' } },
      select: { id: true, channelId: true, lastSeenAt: true },
    });
    for (const { id, channelId, lastSeenAt } of leftOvers)
      await this.#db.$transaction([
        this.#db.broadcast.update({
          where: { id },
          data: { state: 'ENDED', endedAt: lastSeenAt, endReason: 'SERVER_STOPPED' },
        }),
        this.#db.channel.update({ where: { id: channelId }, data: { lastLiveAt: lastSeenAt } }),
      ]);
    return leftOvers.length;
  }
}
