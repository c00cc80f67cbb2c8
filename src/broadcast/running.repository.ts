import { Injectable } from '@nestjs/common';
import { FROM_STORED } from '../access/stored-visibility.js';
import type { NodeId } from '../cluster/cluster.js';
import { PrismaService } from '../db/prisma.service.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource, BroadcastState } from '../protocol/broadcast.js';

/** A stored broadcast that hasn't ended. */
export type RunningBroadcast = Readonly<{
  id: string;
  channelId: string;
  /** The channel's name. */
  channel: string;
  /** The channel's current title, which the owner may not have applied yet. */
  channelTitle: string;
  title: string;
  visibility: Visibility;
  state: Exclude<BroadcastState, 'ended'>;
  source: BroadcastSource;
  startedAt: Date;
  lastSeenAt: Date;
  peakViewers: number;
  nodeId: NodeId | null;
  epoch: number;
  /** Whether the owner is listed as a running node. */
  hasOwner: boolean;
}>;

type Row = Omit<RunningBroadcast, 'visibility' | 'state' | 'source'> & {
  visibility: keyof typeof FROM_STORED;
  state: Uppercase<RunningBroadcast['state']>;
  source: Uppercase<BroadcastSource>;
};

/** Reads the broadcasts that run on any node. */
@Injectable()
export class RunningRepository {
  constructor(private readonly db: PrismaService) {}

  /** Lists all running broadcasts, oldest first. */
  all(): Promise<RunningBroadcast[]> {
    return this.#list(Prisma.empty);
  }

  /** Lists a channel's running broadcasts; there are two while the end of one isn't stored yet. */
  of(channelId: string): Promise<RunningBroadcast[]> {
    return this.#list(Prisma.sql`AND broadcasts.channel_id = ${channelId}::uuid`);
  }

  async #list(which: Prisma.Sql): Promise<RunningBroadcast[]> {
    const rows = await this.db.$queryRaw<Row[]>`
      SELECT broadcasts.id, channels.id AS "channelId", channels.name AS channel,
        channels.title AS "channelTitle", broadcasts.title,
        broadcasts.visibility::text AS visibility, broadcasts.state::text AS state,
        broadcasts.source::text AS source, broadcasts.started_at AS "startedAt",
        broadcasts.last_seen_at AS "lastSeenAt", broadcasts.peak_viewers AS "peakViewers",
        broadcasts.node_id AS "nodeId", broadcasts.epoch, nodes.id IS NOT NULL AS "hasOwner"
      FROM broadcasts
        JOIN channels ON channels.id = broadcasts.channel_id
        LEFT JOIN nodes ON nodes.id = broadcasts.node_id
      WHERE broadcasts.state IN ('STARTING', 'LIVE', 'INTERRUPTED') ${which}
      ORDER BY broadcasts.started_at, broadcasts.id`;
    return rows.map((row) => ({
      ...row,
      visibility: FROM_STORED[row.visibility],
      state: row.state.toLowerCase() as Lowercase<typeof row.state>,
      source: row.source.toLowerCase() as Lowercase<typeof row.source>,
    }));
  }
}
