import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { freePort } from '../test/support/free-port.js';
import { ServerProcess } from '../test/support/server-process.js';
import { cpuUsOf } from './process-cpu.js';
import { CannotRun } from './row.js';

/** Runs the nodes of one service as processes that share a new PostgreSQL database. */
export class ClusterNodes {
  readonly #server: string;
  readonly #name: string;
  readonly #nodes: ServerProcess[] = [];

  private constructor(server: string, name: string) {
    this.#server = server;
    this.#name = name;
  }

  /** @throws {CannotRun} if PostgreSQL isn't available */
  static async create(): Promise<ClusterNodes> {
    const server = process.env['TEST_DATABASE_URL'];
    if (!server)
      throw new CannotRun('Multiple nodes need PostgreSQL. Install it, or set TEST_DATABASE_URL.');
    const name = `onair_bench_${randomUUID().replaceAll('-', '')}`;
    await query(server, `CREATE DATABASE ${name}`);
    return new ClusterNodes(server, name);
  }

  /** @param settings additional environment variables for the node */
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
   * Returns the CPU time, in microseconds, that PostgreSQL's processes have used so far, including
   * those that have ended. PostgreSQL must run on this machine.
   */
  async databaseCpuUs(): Promise<number> {
    const { rows } = await query<{ pid: number }>(
      this.#server,
      // The checkpointer runs as long as the server; its parent is the main process.
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'",
    );
    const { parent } = await statOf(rows[0]?.pid ?? 0);
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    // A process may have ended in the meantime; its parent's figure then includes it.
    const times = await Promise.all(
      children
        .trim()
        .split(' ')
        .map((pid) => cpuUsOf(Number(pid)).catch(() => 0)),
    );
    return times.reduce((sum, us) => sum + us, (await statOf(parent)).endedChildrenUs);
  }

  /** Stops all nodes and drops the database. */
  async close(): Promise<void> {
    for (const node of this.#nodes) await node.close();
    await query(this.#server, `DROP DATABASE ${this.#name} WITH (FORCE)`);
  }
}

const US_PER_TICK = 10_000;

/** Reads `/proc/PID/stat`, whose second field, a name in parentheses, may contain spaces. */
async function statOf(pid: number): Promise<{ parent: number; endedChildrenUs: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0] = fields.slice(13, 15);
  return { parent: fields[1] ?? 0, endedChildrenUs: (user + system) * US_PER_TICK };
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
