import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '../../cluster/bus.js';
import { publishing } from '../../cluster/publishing.repository.js';
import { CONFIG, type Config } from '../../config/config.js';
import { PrismaService } from '../../db/prisma.service.js';
import { Prisma } from '../../generated/prisma/client.js';
import type { ChangeVersion, StoredChange } from './stored-change.js';
import { ROOM_TOPIC } from './room-wake-up.js';

/** How long changes are stored. A node that is further behind than this reloads the room. */
const KEEP_MS = 3_600_000;

/** The part of the Prisma client that is available both in a transaction and outside of one. */
type Tables = Omit<Prisma.TransactionClient, '$transaction'>;

/** A change that hasn't been validated yet, and its version. */
export type ChangeRow = Readonly<{ version: number; change: unknown }>;

/**
 * Stores room changes for the other nodes, numbered 1, 2, 3, … in each channel. A single node
 * stores none.
 */
@Injectable()
export class RoomChangeRepository {
  readonly #isAlone: boolean;
  /** Wakes the other nodes as part of the statement that stores a change. */
  readonly #wake: Prisma.Sql;

  constructor(
    private readonly db: PrismaService,
    @Inject(BUS) bus: Bus,
    @Inject(CONFIG) config: Config,
  ) {
    this.#isAlone = config.node.url === null;
    const news = Prisma.sql`jsonb_build_array(stored.channel_id, 0, stored.version)`;
    this.#wake = publishing(bus, ROOM_TOPIC, news) ?? Prisma.sql`''`;
  }

  /**
   * Runs an action and stores the resulting change, in one transaction. Actions on the same channel
   * run one at a time. On a single node, the action runs without a transaction, and no change is
   * stored.
   * @param changeOf returns null if the action changed nothing
   */
  async record<Result>(
    channelId: string,
    act: (tables: Tables) => Promise<Result>,
    changeOf: (result: Result) => StoredChange | null,
  ): Promise<{ result: Result; version: ChangeVersion }> {
    if (this.#isAlone) return { result: await act(this.db), version: null };
    return this.db.$transaction(async (tx) => {
      await lockChannels(tx, [channelId]);
      const result = await act(tx);
      const change = changeOf(result);
      const version = change && (await this.append(tx, channelId, change));
      return { result, version };
    });
  }

  /**
   * Locks channels in a transaction that will append a change to each, so that no other action on
   * them runs until the transaction ends. Does nothing on a single node.
   */
  async lock(tx: Tables, channelIds: readonly string[]): Promise<void> {
    if (!this.#isAlone) await lockChannels(tx, channelIds);
  }

  /**
   * Stores a change in the transaction of the action that caused it. Resolves with the change's
   * version; null on a single node, or if the channel no longer exists.
   */
  async append(tx: Tables, channelId: string, change: StoredChange): Promise<ChangeVersion> {
    if (this.#isAlone) return null;
    const [stored] = await tx.$queryRaw<{ version: number }[]>`
      WITH raised AS (
        UPDATE channels SET room_version = room_version + 1 WHERE id = ${channelId}::uuid
        RETURNING id, room_version
      ), stored AS (
        INSERT INTO chat_changes (channel_id, version, change)
        SELECT id, room_version, ${JSON.stringify(change)}::jsonb FROM raised
        RETURNING channel_id, version
      )
      SELECT version, ${this.#wake} AS woken FROM stored`;
    return stored?.version ?? null;
  }

  /** Returns the first changes after a version, in order. */
  async after(channelId: string, version: number, limit: number): Promise<ChangeRow[]> {
    return this.db.chatChange.findMany({
      where: { channelId, version: { gt: version } },
      orderBy: { version: 'asc' },
      select: { version: true, change: true },
      take: limit,
    });
  }

  /** Deletes changes that are older than an hour. */
  async prune(nowMs: number): Promise<void> {
    await this.db.chatChange.deleteMany({ where: { at: { lt: new Date(nowMs - KEEP_MS) } } });
  }
}

async function lockChannels(tx: Tables, channelIds: readonly string[]): Promise<void> {
  // Channels are always locked in the same order, as in ChatRepository, so that transactions can't
  // deadlock.
  await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ANY(${[...channelIds]}::uuid[])
    ORDER BY id FOR NO KEY UPDATE`;
}
