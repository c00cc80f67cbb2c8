import pg from 'pg';
import type { Cluster } from '../../src/cluster/cluster.js';
import { lockKey } from '../../src/cluster/database-cluster.js';
import { startTestApp, type TestApp } from './app.js';
import { freePort } from './free-port.js';
import { createDatabase, type TestDatabase } from './postgres-databases.js';

export const NODES_SECRET = 'one secret for all nodes of a test';

/** Nodes that share a new database on the TEST_DATABASE_URL server. */
export class TestNodes {
  readonly #database: TestDatabase;
  readonly #running = new Set<TestApp>();

  private constructor(database: TestDatabase) {
    this.#database = database;
  }

  static async open(): Promise<TestNodes> {
    return new TestNodes(await createDatabase());
  }

  /** The value of DATABASE_URL. */
  get databaseUrl(): string {
    return this.#database.url;
  }

  /** Returns the environment for another node, which can run in a separate process. */
  async settings(name: string): Promise<Record<string, string>> {
    return {
      DATABASE_URL: this.databaseUrl,
      SECRET_KEY: NODES_SECRET,
      NODE_URL: `http://127.0.0.1:${await freePort()}`,
      NODE_NAME: name,
      RTC_ANNOUNCED_ADDRESS: '127.0.0.1',
      DRAIN_SECONDS: '0',
    };
  }

  async start(name: string, overrides: Readonly<Record<string, string>> = {}): Promise<TestApp> {
    const app = await startTestApp({ overrides: { ...(await this.settings(name)), ...overrides } });
    this.#running.add(app);
    return app;
  }

  async stop(app: TestApp): Promise<void> {
    this.#running.delete(app);
    await app.close();
  }

  /**
   * Cuts the connection on which a node holds its lock and receives notifications. Resolves to
   * false if there is no such connection at the moment.
   */
  async cutSession(node: Cluster): Promise<boolean> {
    const admin = new pg.Client({ connectionString: this.databaseUrl });
    await admin.connect();
    try {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
         AND (classid::bigint << 32 | objid::bigint) = $1`,
        [lockKey(node.self)],
      );
      return rowCount === 1;
    } finally {
      await admin.end();
    }
  }

  /**
   * Closes all nodes' database connections, except those that hold the nodes' locks, and refuses
   * new ones until the returned function is called.
   */
  async cutPools(): Promise<() => Promise<void>> {
    const name = new URL(this.databaseUrl).pathname.slice(1);
    const admin = async (sql: string) => {
      const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL });
      await client.connect();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    };
    await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'
       AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')`,
    );
    return () => admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  }

  /** Stops all nodes and drops the database. */
  async close(): Promise<void> {
    for (const app of this.#running) await this.stop(app);
    await this.#database.drop();
  }
}
