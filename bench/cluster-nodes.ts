import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { freePort } from '../test/support/free-port.js';
import { ServerProcess } from '../test/support/server-process.js';
import { cpuUsOf } from './process-cpu.js';
import { CannotRun } from './row.js';

/** Nodes of one service, as processes with a fresh PostgreSQL database. */
export class ClusterNodes {
  readonly #server: string;
  readonly #name: string;
  readonly #nodes: ServerProcess[] = [];

  private constructor(server: string, name: string) {
    this.#server = server;
    this.#name = name;
  }

  /** @throws {CannotRun} if there is no PostgreSQL */
  static async create(): Promise<ClusterNodes> {
    const server = process.env['TEST_DATABASE_URL'];
    if (!server) throw new CannotRun('PostgreSQL is not installed, which several nodes need.');
    const name = `onair_bench_${randomUUID().replaceAll('-', '')}`;
    await query(server, `CREATE DATABASE ${name}`);
    return new ClusterNodes(server, name);
  }

  /** @param settings further environment variables of the node */
  async start(name: string, settings: Record<string, string> = {}): Promise<ServerProcess> {
    const url = new URL(this.#server);
    url.pathname = `/${this.#name}`;
    const node = await ServerProcess.start({
      DATABASE_URL: url.href,
      SECRET_KEY: 'one secret for all nodes of a benchmark',
      NODE_URL: `http://127.0.0.1:${await freePort()}`,
      NODE_NAME: name,
      RTC_ANNOUNCED_ADDRESS: '127.0.0.1',
      ...settings,
    });
    this.#nodes.push(node);
    return node;
  }

  /**
   * Returns the CPU time so far of the PostgreSQL processes that serve the nodes, in microseconds.
   * PostgreSQL must run on this machine.
   */
  async backendsCpuUs(): Promise<number> {
    const { rows } = await query<{ pid: number }>(
      this.#server,
      `SELECT pid FROM pg_stat_activity WHERE datname = '${this.#name}'`,
    );
    // A process may have ended since.
    const times = await Promise.all(rows.map(({ pid }) => cpuUsOf(pid).catch(() => 0)));
    return times.reduce((sum, us) => sum + us, 0);
  }

  /** Stops all nodes and drops the database. */
  async close(): Promise<void> {
    for (const node of this.#nodes) await node.close();
    await query(this.#server, `DROP DATABASE ${this.#name} WITH (FORCE)`);
  }
}

async function query<R extends pg.QueryResultRow>(
  server: string,
  sql: string,
): Promise<pg.QueryResult<R>> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await client.query<R>(sql);
  } finally {
    await client.end();
  }
}
