import { Injectable } from '@nestjs/common';
import { FROM_STORED, TO_STORED } from '../access/stored-visibility.js';
import type { NodeId } from '../cluster/cluster.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource, BroadcastState, EndReason } from '../protocol/broadcast.js';
import type { RunningBroadcast } from './running.repository.js';

/** The stored fields of a running broadcast. Times are in milliseconds since 1970. */
export type BroadcastRecord = {
  id: string;
  /**
   * The node that runs the broadcast, and the epoch. Only that node can change anything but the
   * broadcast's visibility.
   */
  nodeId: NodeId;
  epoch: number;
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

/** The node that runs a broadcast, in one epoch. */
export type Turn = Readonly<{ id: string; nodeId: NodeId; epoch: number }>;

/** The state in which a broadcast continues on its next owner. */
export type GivenState = Exclude<BroadcastState, 'ended'>;

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
  mixer: 'MIXER',
  rtmp: 'RTMP',
  srt: 'SRT',
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
    await this.db.broadcast.create({ data: newRow(record) });
  }

  /**
   * Creates a broadcast unless another node runs one on its channel, or its owner has reached the
   * limit on broadcasts across all nodes.
   */
  createIfNone(
    record: BroadcastRecord,
    { ownerId, perAccount }: { ownerId: string; perAccount: number },
  ): Promise<'created' | 'taken' | 'limit'> {
    const { channelId } = record;
    return this.db.$transaction(async (tx) => {
      // Concurrent starts wait for each other: first those of one account, then those of one
      // channel.
      await tx.$queryRaw`SELECT 1 FROM accounts WHERE id = ${ownerId}::uuid FOR NO KEY UPDATE`;
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR NO KEY UPDATE`;
      const running = { state: { not: 'ENDED' } } as const;
      if ((await tx.broadcast.count({ where: { channelId, ...running } })) > 0) return 'taken';
      const open = await tx.broadcast.count({ where: { channel: { ownerId }, ...running } });
      if (open >= perAccount) return 'limit';
      await tx.broadcast.create({ data: newRow(record) });
      return 'created';
    });
  }

  /**
   * Stores a broadcast's current state. If the broadcast has ended, also sets the channel's
   * `lastLiveAt`. Resolves to false if another node owns it, or if it no longer exists.
   */
  async save(record: BroadcastRecord, nowMs: number): Promise<boolean> {
    const endedAt = record.endedAtMs === null ? null : new Date(record.endedAtMs);
    const { count } = await this.db.broadcast.updateMany({
      where: ownedBy(record),
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
    if (count > 0 && endedAt && record.endReason !== 'never_started')
      await this.db.channel.updateMany({
        where: { id: record.channelId },
        data: { lastLiveAt: endedAt },
      });
    return count > 0;
  }

  /** Deletes a broadcast that never sent media, unless another node owns it. */
  async remove(turn: Turn): Promise<void> {
    await this.db.broadcast.deleteMany({ where: ownedBy(turn) });
  }

  /** Returns whether a node still owns a broadcast; null if it doesn't exist. */
  async isOwned({ id, nodeId, epoch }: Turn): Promise<boolean | null> {
    const row = await this.db.broadcast.findUnique({
      where: { id },
      select: { nodeId: true, epoch: true },
    });
    return row && row.nodeId === nodeId && row.epoch === epoch;
  }

  /**
   * Gives a broadcast to another node, or to whichever node takes it first (`to` is null). Resolves
   * to false if the caller doesn't own it.
   * @param state the state that every node shows until the next owner announces the broadcast
   */
  async give(
    turn: Turn,
    { to, state, nowMs }: Readonly<{ to: NodeId | null; state: GivenState; nowMs: number }>,
  ): Promise<boolean> {
    const { count } = await this.db.broadcast.updateMany({
      where: ownedBy(turn),
      data: {
        nodeId: to,
        ...(to !== null && { epoch: turn.epoch + 1 }),
        state: STATE[state],
        lastSeenAt: new Date(nowMs),
      },
    });
    return count > 0;
  }

  /**
   * Takes a broadcast that no node runs. Resolves to false if another node was first.
   * @param isDead whether the owner is known to be dead, or is the caller. If false, the broadcast
   *   is taken only if its owner isn't listed as a running node.
   */
  async take(
    { id, nodeId, epoch }: Readonly<{ id: string; nodeId: NodeId | null; epoch: number }>,
    { to, isDead, nowMs }: Readonly<{ to: NodeId; isDead: boolean; nowMs: number }>,
  ): Promise<boolean> {
    const taken = await this.db.$executeRaw`
      UPDATE broadcasts SET node_id = ${to}::uuid, epoch = epoch + 1,
        last_seen_at = ${new Date(nowMs)}::timestamptz,
        state = CASE state WHEN 'LIVE' THEN 'INTERRUPTED' ELSE state END
      WHERE id = ${id}::uuid AND node_id IS NOT DISTINCT FROM ${nodeId}::uuid AND epoch = ${epoch}
        AND state <> 'ENDED'
        AND (${isDead} OR NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = broadcasts.node_id))`;
    return taken > 0;
  }

  /** Returns why a broadcast ended, or null if it has not ended or is unknown. */
  async endReason(id: string): Promise<EndReason | null> {
    const row = await this.db.broadcast.findUnique({ where: { id }, select: { endReason: true } });
    return row?.endReason ? FROM_END_REASON[row.endReason] : null;
  }

  /**
   * Ends a broadcast that no node runs, with its last heartbeat as the time of the end, or
   * deletes it if it never went live. Resolves to false if another node was first.
   */
  async closeLeftOver(
    leftOver: Readonly<Pick<RunningBroadcast, 'id' | 'channelId' | 'nodeId' | 'epoch'>> & {
      state: BroadcastState;
      lastSeenAt: Date;
    },
  ): Promise<boolean> {
    const { id, channelId, nodeId, epoch, state, lastSeenAt } = leftOver;
    const where = { id, nodeId, epoch, state: STATE[state] };
    if (state === 'starting') return (await this.db.broadcast.deleteMany({ where })).count > 0;
    return this.db.$transaction(async (tx) => {
      const { count } = await tx.broadcast.updateMany({
        where,
        data: { state: 'ENDED', endedAt: lastSeenAt, endReason: 'SERVER_STOPPED' },
      });
      if (count > 0)
        await tx.channel.updateMany({
          where: { id: channelId },
          data: { lastLiveAt: lastSeenAt },
        });
      return count > 0;
    });
  }

  async find(id: string): Promise<StoredBroadcast | null> {
    const row = await this.db.broadcast.findUnique({ where: { id }, select: COLUMNS });
    return row && toStored(row);
  }

  /** Resolves to false if the broadcast no longer exists. */
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

function newRow(record: BroadcastRecord) {
  const startedAt = new Date(record.startedAtMs);
  return {
    id: record.id,
    channelId: record.channelId,
    title: record.title,
    visibility: TO_STORED[record.visibility],
    state: STATE[record.state],
    source: SOURCE[record.source],
    startedAt,
    lastSeenAt: startedAt,
    nodeId: record.nodeId,
    epoch: record.epoch,
  };
}

/** Selects a broadcast if the node owns it. */
const ownedBy = ({ id, nodeId, epoch }: Turn) => ({ id, nodeId, epoch });

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

/** The database uses the protocol's names for states and reasons, but in upper case. */
function inLowerCase<T extends string>(name: T): Lowercase<T> {
  return name.toLowerCase() as Lowercase<T>;
}
