import { Injectable } from '@nestjs/common';
import { FROM_STORED, TO_STORED } from '../access/stored-visibility.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource, BroadcastState, EndReason } from '../protocol/broadcast.js';

/** The stored fields of a running broadcast; times in milliseconds since 1970. */
export type BroadcastRecord = {
  id: string;
  channelId: string;
  title: string;
  visibility: Visibility;
  state: BroadcastState;
  source: BroadcastSource;
  startedAtMs: number;
  endedAtMs: number | null;
  endReason: EndReason | null;
  peakViewers: number;
};

/** A stored broadcast, running or ended. */
export type StoredBroadcast = Readonly<{
  id: string;
  channelId: string;
  /** The channel's name. */
  channel: string;
  ownerId: string;
  title: string;
  visibility: Visibility;
  state: BroadcastState;
  source: BroadcastSource;
  startedAt: Date;
  endedAt: Date | null;
  endReason: EndReason | null;
  peakViewers: number;
}>;

const STATE = {
  starting: 'STARTING',
  live: 'LIVE',
  interrupted: 'INTERRUPTED',
  ended: 'ENDED',
} as const satisfies Record<BroadcastState, string>;

const SOURCE = {
  browser: 'BROWSER',
  whip: 'WHIP',
} as const satisfies Record<BroadcastSource, string>;

const END_REASON = {
  publisher_ended: 'PUBLISHER_ENDED',
  grace_elapsed: 'GRACE_ELAPSED',
  never_started: 'NEVER_STARTED',
  channel_deleted: 'CHANNEL_DELETED',
  server_stopped: 'SERVER_STOPPED',
  administrator_ended: 'ADMINISTRATOR_ENDED',
} as const satisfies Record<EndReason, string>;

const FROM_END_REASON = {
  PUBLISHER_ENDED: 'publisher_ended',
  GRACE_ELAPSED: 'grace_elapsed',
  NEVER_STARTED: 'never_started',
  CHANNEL_DELETED: 'channel_deleted',
  SERVER_STOPPED: 'server_stopped',
  ADMINISTRATOR_ENDED: 'administrator_ended',
} as const satisfies Record<(typeof END_REASON)[EndReason], EndReason>;

const COLUMNS = {
  id: true,
  channelId: true,
  channel: { select: { name: true, ownerId: true } },
  title: true,
  visibility: true,
  state: true,
  source: true,
  startedAt: true,
  endedAt: true,
  endReason: true,
  peakViewers: true,
} as const;

/** Stores broadcasts in the database. */
@Injectable()
export class BroadcastRepository {
  constructor(private readonly db: PrismaService) {}

  async create(record: BroadcastRecord): Promise<void> {
    const startedAt = new Date(record.startedAtMs);
    await this.db.broadcast.create({
      data: {
        id: record.id,
        channelId: record.channelId,
        title: record.title,
        visibility: TO_STORED[record.visibility],
        state: STATE[record.state],
        source: SOURCE[record.source],
        startedAt,
        lastSeenAt: startedAt,
      },
    });
  }

  /** Stores a broadcast's current state; an end also sets the channel's `lastLiveAt`. */
  async save(record: BroadcastRecord, nowMs: number): Promise<void> {
    const endedAt = record.endedAtMs === null ? null : new Date(record.endedAtMs);
    await this.db.broadcast.updateMany({
      where: { id: record.id },
      data: {
        title: record.title,
        state: STATE[record.state],
        source: SOURCE[record.source],
        endedAt,
        endReason: record.endReason === null ? null : END_REASON[record.endReason],
        peakViewers: record.peakViewers,
        lastSeenAt: new Date(nowMs),
      },
    });
    if (endedAt && record.endReason !== 'never_started')
      await this.db.channel.updateMany({
        where: { id: record.channelId },
        data: { lastLiveAt: endedAt },
      });
  }

  /** Deletes a broadcast that never sent media. */
  async remove(id: string): Promise<void> {
    await this.db.broadcast.deleteMany({ where: { id } });
  }

  /** Returns why a broadcast ended; null if it has not ended or is unknown. */
  async endReason(id: string): Promise<EndReason | null> {
    const row = await this.db.broadcast.findUnique({ where: { id }, select: { endReason: true } });
    return row?.endReason ? FROM_END_REASON[row.endReason] : null;
  }

  /**
   * Ends broadcasts left over by a crash, as of their last heartbeat, and deletes those that never
   * went live. Resolves with the number of ended broadcasts.
   */
  async closeLeftOvers(): Promise<number> {
    await this.db.broadcast.deleteMany({ where: { state: 'STARTING' } });
    const leftOvers = await this.db.broadcast.findMany({
      where: { state: { not: 'ENDED' } },
      select: { id: true, channelId: true, lastSeenAt: true },
    });
    for (const { id, channelId, lastSeenAt } of leftOvers)
      await this.db.$transaction([
        this.db.broadcast.update({
          where: { id },
          data: { state: 'ENDED', endedAt: lastSeenAt, endReason: 'SERVER_STOPPED' },
        }),
        this.db.channel.update({ where: { id: channelId }, data: { lastLiveAt: lastSeenAt } }),
      ]);
    return leftOvers.length;
  }

  async find(id: string): Promise<StoredBroadcast | null> {
    const row = await this.db.broadcast.findUnique({ where: { id }, select: COLUMNS });
    return row && toStored(row);
  }

  /** Resolves with false if the broadcast no longer exists. */
  async setVisibility(id: string, visibility: Visibility): Promise<boolean> {
    const { count } = await this.db.broadcast.updateMany({
      where: { id },
      data: { visibility: TO_STORED[visibility] },
    });
    return count > 0;
  }

  /**
   * Lists a channel's broadcasts with these visibilities, newest first, without those that never
   * sent media.
   */
  async list(
    channelId: string,
    {
      visibilities,
      skip,
      take,
    }: { visibilities: readonly Visibility[]; skip: number; take: number },
  ): Promise<StoredBroadcast[]> {
    const rows = await this.db.broadcast.findMany({
      where: {
        channelId,
        visibility: { in: visibilities.map((one) => TO_STORED[one]) },
        state: { not: 'STARTING' },
        OR: [{ endReason: null }, { endReason: { not: 'NEVER_STARTED' } }],
      },
      orderBy: { startedAt: 'desc' },
      select: COLUMNS,
      skip,
      take,
    });
    return rows.map(toStored);
  }
}

type Row = Omit<
  StoredBroadcast,
  'channel' | 'ownerId' | 'visibility' | 'state' | 'source' | 'endReason'
> & {
  channel: { name: string; ownerId: string };
  visibility: keyof typeof FROM_STORED;
  state: Uppercase<BroadcastState>;
  source: Uppercase<BroadcastSource>;
  endReason: Uppercase<EndReason> | null;
};

function toStored({ channel, visibility, state, source, endReason, ...row }: Row): StoredBroadcast {
  return {
    ...row,
    channel: channel.name,
    ownerId: channel.ownerId,
    visibility: FROM_STORED[visibility],
    state: inLowerCase(state),
    source: inLowerCase(source),
    endReason: endReason === null ? null : inLowerCase(endReason),
  };
}

/** The database's names of states and reasons are those of the protocol in upper case. */
function inLowerCase<T extends string>(name: T): Lowercase<T> {
  return name.toLowerCase() as Lowercase<T>;
}
