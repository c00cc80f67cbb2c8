import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import { StartError } from '../common/start-error.js';
import type { Config } from '../config/config.js';
import { DatabaseSession } from '../db/database-session.js';
import type { PrismaService } from '../db/prisma.service.js';
import type { Secrets } from '../secrets/secrets.js';
import { type Bus, SOLO_BUS } from './bus.js';
import { CallVerifier } from './call-signature.js';
import { ClockWatch } from './clock-watch.js';
import type { Cluster, ClusterNode } from './cluster.js';
import { DatabaseCluster, lockKey } from './database-cluster.js';
import { HttpCalls } from './http-calls.js';
import { HttpResources } from './http-resources.js';
import { NODE_PROTOCOL } from './node-protocol.js';
import { NodeRepository } from './node.repository.js';
import { NodeServer } from './node-server.js';
import { type NodeCalls, SOLO_CALLS } from './node-calls.js';
import { type NodeResources, SOLO_RESOURCES } from './node-resources.js';
import { BUS_CHANNEL, PgBus } from './pg-bus.js';
import { RedisBus } from './redis-bus.js';
import { SoloCluster } from './solo-cluster.js';

/** How long the test notification may take at startup. */
const LISTEN_TEST_MS = 5_000;

type Parts = Readonly<{
  config: Config;
  db: PrismaService;
  secrets: Secrets;
  clock: Clock;
  log: Log;
}>;

/** This node's membership in the cluster. It joins at startup, and leaves after everything else. */
export class Membership implements BeforeApplicationShutdown, OnApplicationShutdown {
  private constructor(
    readonly cluster: Cluster,
    readonly bus: Bus,
    readonly calls: NodeCalls,
    readonly resources: NodeResources,
    private readonly own: Readonly<{ beginStop(): void; leave(): Promise<void> }> | null,
  ) {}

  /**
   * Joins the cluster if NODE_URL is set; otherwise, this node is the whole service.
   * @throws {StartError} if the database can't wake nodes, the node's address is unusable, or a
   *   running node doesn't understand this one's calls
   */
  static async join({ config, db, secrets, clock, log }: Parts): Promise<Membership> {
    const { url, name, redisUrl } = config.node;
    const { databaseUrl } = config.data;
    if (url === null || databaseUrl === null)
      return new Membership(new SoloCluster(name), SOLO_BUS, SOLO_CALLS, SOLO_RESOURCES, null);
    const id = randomUUID();
    const startedAt = new Date(clock.nowMs());
    const self: ClusterNode = {
      id,
      name,
      url,
      startedAt,
      seenAt: startedAt,
      draining: false,
      proto: NODE_PROTOCOL,
    };
    const session = await DatabaseSession.open({
      url: databaseUrl,
      prepare: async (client) => {
        await client.query(`SELECT pg_advisory_lock(${lockKey(id)})`);
        await client.query(`LISTEN ${BUS_CHANNEL}`);
      },
      log,
    });
    const nodes = new NodeRepository(db);
    const clocks = new ClockWatch({ nodes, clock, log });
    const cluster = new DatabaseCluster({ self, session, nodes, clocks, log });
    let server: NodeServer | null = null;
    let redis: RedisBus | null = null;
    try {
      await testListen(session, db);
      const find = (node: string) => cluster.find(node);
      const isMember = async (node: string) => (await find(node)) !== null;
      const verifier = new CallVerifier(secrets, id);
      server = await NodeServer.listen({ url: new URL(url), verifier, isMember, clock, log });
      const calls = new HttpCalls(id, find, server, secrets, clock);
      const resources = new HttpResources({ self: id, find, server, secrets, clock });
      if (redisUrl !== null) redis = await RedisBus.open({ url: redisUrl, self: id, secrets, log });
      await cluster.start(calls);
      await clocks.start();
      const bus = redis ?? new PgBus(id, session, db, log);
      const open = { server, redis };
      return new Membership(cluster, bus, calls, resources, {
        beginStop: () => {
          clocks.stop();
          cluster.beginStop();
          if (bus instanceof PgBus) bus.close();
        },
        leave: async () => {
          await cluster.stop();
          calls.close();
          resources.close();
          open.redis?.close();
          await open.server.close();
        },
      });
    } catch (error) {
      clocks.stop();
      redis?.close();
      await server?.close();
      await session.close();
      throw error;
    }
  }

  beforeApplicationShutdown(): void {
    this.own?.beginStop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.own?.leave();
  }
}

/**
 * Tests that notifications arrive; a pooler in transaction mode accepts LISTEN but delivers none.
 */
async function testListen(session: DatabaseSession, db: PrismaService): Promise<void> {
  const token = randomUUID();
  const { promise: heard, resolve } = Promise.withResolvers<boolean>();
  const off = session.events.on('notified', (_channel, payload) => {
    if (payload === token) resolve(true);
  });
  await db.$executeRaw`SELECT pg_notify(${BUS_CHANNEL}, ${token})`;
  const isHeard = await Promise.race([heard, sleep(LISTEN_TEST_MS, false, { ref: false })]);
  off();
  if (!isHeard)
    throw new StartError(
      'DATABASE_URL points to a connection pooler in transaction mode, which delivers no notifications. Cluster nodes need a direct connection to PostgreSQL, or a pooler in session mode.',
    );
}
