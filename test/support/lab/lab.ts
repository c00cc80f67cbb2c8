import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import { S3Server } from '../s3-server.js';
import { workerBin } from '../worker-bin.js';
import { LabNetwork, noNamespaces } from './lab-network.js';
import { LabPostgres } from './lab-postgres.js';
import { LabProgram } from './lab-program.js';
import { nextRelease } from './next-release.js';

const haproxy: string = process.env.HAPROXY_BIN ?? '';

/** The reason why the lab can't be set up here, or null if it can be. */
export const noLab: string | null =
  noNamespaces() ??
  (haproxy === '' ? 'HAProxy is missing' : null) ??
  ((process.env.POSTGRES_BIN_DIR ?? '') === '' ? 'PostgreSQL is missing' : null);

/** The library that shifts a program's clock; empty if faketime isn't installed. */
const [fakeTime = ''] =
  (process.env.FAKETIME_BIN ?? '') === ''
    ? []
    : globSync('/usr/lib/{*/,}faketime/libfaketime.so.1');

/** Whether the nodes' clocks can be shifted. */
export const hasFakeClocks: boolean = fakeTime !== '';

const SECRET_KEY = 'one secret for all nodes of the lab';

/** A node in the lab: the built service on its own host. */
export class LabNode extends LabProgram {
  get name(): string {
    return this.host.name;
  }

  /** The node's own URL, which bypasses HAProxy. */
  get url(): string {
    return `http://${this.host.address}:8080`;
  }
}

/** What differs between nodes. */
type Variations = Readonly<{
  /** How far each node's clock is ahead; requires {@link hasFakeClocks}. */
  clocksAheadMs?: Readonly<Record<string, number>>;
  /** The node that runs the {@link nextRelease}. */
  next?: string | null;
}>;

/**
 * Three nodes with one media worker each, PostgreSQL, and HAProxy with the configuration from
 * `deploy/`, each in its own network namespace, and an S3 server in the test process.
 */
export class Lab {
  readonly network: LabNetwork;
  readonly postgres: LabPostgres;
  readonly bucket: S3Server;
  readonly nodes: readonly LabNode[];
  readonly #haproxy: LabProgram;
  readonly #folder: string;

  private constructor(parts: {
    network: LabNetwork;
    postgres: LabPostgres;
    bucket: S3Server;
    nodes: readonly LabNode[];
    haproxy: LabProgram;
    folder: string;
  }) {
    this.network = parts.network;
    this.postgres = parts.postgres;
    this.bucket = parts.bucket;
    this.nodes = parts.nodes;
    this.#haproxy = parts.haproxy;
    this.#folder = parts.folder;
  }

  /** Starts everything. See {@link Variations} for what differs between nodes. */
  static async open(
    settings: Readonly<Record<string, string>> = {},
    { clocksAheadMs = {}, next = null }: Variations = {},
  ): Promise<Lab> {
    const network = await LabNetwork.open();
    const folder = await mkdtemp(join(tmpdir(), 'onair-lab-'));
    const nextProgram = next && (await nextRelease(join(folder, 'next')));
    const postgres = await LabPostgres.open(network);
    const bucket = await S3Server.start({ address: network.ownAddress });
    const balancer = await network.addHost('lb');
    const nodes: LabNode[] = [];
    for (const name of ['n1', 'n2', 'n3']) {
      const host = await network.addHost(name);
      const { address } = host;
      const aheadMs = clocksAheadMs[name] ?? 0;
      nodes.push(
        new LabNode(network, host, {
          command: [
            process.execPath,
            '--enable-source-maps',
            (name === next && nextProgram) || 'dist/main.js',
          ],
          env: {
            PATH: process.env.PATH,
            FFMPEG_BIN: process.env.FFMPEG_BIN,
            MEDIASOUP_WORKER_BIN: workerBin() ?? undefined,
            PORT: '8080',
            PUBLIC_URL: `http://${balancer.address}`,
            TRUST_PROXY: 'true',
            DATA_DIR: join(folder, name),
            DATABASE_URL: postgres.url,
            SECRET_KEY,
            NODE_URL: `http://${address}:8090`,
            NODE_NAME: name,
            RTC_ANNOUNCED_ADDRESS: address,
            RTC_WORKERS: '1',
            ADDRESS_LIMIT_FACTOR: '1000',
            ...bucket.env,
            ...settings,
            ...(hasFakeClocks && aheadMs !== 0 ? clockAhead(aheadMs) : {}),
          },
          ready: 'Onair is ready:',
        }),
      );
    }
    const servers = nodes.map(({ host }, at) => [`NODE${at + 1}`, `${host.address}:8080`]);
    const proxy = new LabProgram(network, balancer, {
      command: [haproxy, '-db', '-V', '-f', 'deploy/haproxy.cfg'],
      env: { LISTEN: ':80', ...Object.fromEntries(servers) },
      ready: 'polling',
    });
    const lab = new Lab({ network, postgres, bucket, nodes, haproxy: proxy, folder });
    try {
      // The first node creates the tables.
      const [first, ...others] = nodes;
      await first?.start();
      await Promise.all([...others, proxy].map((program) => program.start()));
      await vi.waitUntil(async () => (await lab.statusOf('/readyz')) === 200, { timeout: 60_000 });
      return lab;
    } catch (error) {
      process.stderr.write(lab.output);
      await lab.close();
      throw error;
    }
  }

  /** The service's URL, through HAProxy. */
  get url(): string {
    return `http://${this.#haproxy.host.address}`;
  }

  node(name: string): LabNode {
    const node = this.nodes.find((one) => one.name === name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  }

  /** Runs a query on the nodes' database; resolves with the rows. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.postgres.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async statusOf(path: string): Promise<number> {
    return fetch(`${this.url}${path}`).then(
      ({ status }) => status,
      () => 0,
    );
  }

  /** The output of all nodes and HAProxy, shown if a test fails. */
  get output(): string {
    return [...this.nodes, this.#haproxy]
      .map(({ host, output }) => `--- ${host.name}\n${output}`)
      .join('\n');
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.end('SIGKILL');
    await this.#haproxy.end();
    await this.postgres.close();
    await this.bucket.close();
    await this.network.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Returns the environment of a program whose wall clock is ahead, but whose timers aren't affected.
 */
function clockAhead(ms: number): Record<string, string> {
  return {
    LD_PRELOAD: fakeTime,
    FAKETIME: `${ms < 0 ? '' : '+'}${ms / 1_000}s`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
