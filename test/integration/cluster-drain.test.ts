import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, CLUSTER } from '../../src/cluster/cluster.js';
import { lockKey } from '../../src/cluster/database-cluster.js';
import { NodeDrain } from '../../src/cluster/node-drain.js';
import { NODE_PROTOCOL } from '../../src/cluster/node-protocol.js';
import type { TestApp } from '../support/app.js';
import type { Film } from '../support/film-rtp.js';
import { TestNodes } from '../support/nodes.js';
import { api, registerWithChannel } from '../support/people.js';
import { WeriftPublisher } from '../support/werift-publisher.js';

const LIMIT = { timeout: 30_000, interval: 50 };
const SOUND: Film = { video: null, audio: true };

describe.skipIf(!process.env.TEST_DATABASE_URL)('draining a node', () => {
  let nodes: TestNodes;

  beforeEach(async () => {
    nodes = await TestNodes.open();
  });
  afterEach(() => nodes.close());

  const clusterOf = ({ app }: TestApp) => app.get<Cluster>(CLUSTER);
  const drainOf = ({ app }: TestApp) => app.get(NodeDrain);
  /** Whether each node drains, by name, as a node sees it. */
  const seenBy = (node: TestApp) =>
    Object.fromEntries(
      [...clusterOf(node).nodes.values()].map(({ name, draining }) => [name, draining]),
    );
  const health = async ({ url }: TestApp, path: string) => {
    const response = await fetch(`${url}${path}`);
    const { problems = [] } = (await response.json()) as { problems?: string[] };
    return { status: response.status, problems };
  };

  it('tells the balancer and the other nodes, when another node asks for it', async () => {
    const one = await nodes.start('one');
    const two = await nodes.start('two');
    expect(await drainOf(two).drainNode(clusterOf(one).self)).toBe(true);
    expect(seenBy(one)).toEqual({ one: true, two: false });
    await expect.poll(() => seenBy(two), LIMIT).toEqual({ one: true, two: false });
    expect(await health(one, '/readyz')).toEqual({
      status: 503,
      problems: ['this node is draining'],
    });
    expect(await health(one, '/healthz')).toMatchObject({ status: 200 });
    expect(await health(two, '/readyz')).toMatchObject({ status: 200 });
  });

  it('needs another node that doesn’t drain, even if all are asked at once', async () => {
    const one = await nodes.start('one');
    expect(await drainOf(one).drain()).toBe(false);
    const two = await nodes.start('two');
    const drained = await Promise.all([drainOf(one).drain(), drainOf(two).drain()]);
    expect(drained.toSorted()).toEqual([false, true]);
  });

  it('continues to serve if all other nodes have left', async () => {
    const one = await nodes.start('one');
    const two = await nodes.start('two');
    expect(await drainOf(one).drain()).toBe(true);
    await nodes.stop(two);
    await expect.poll(async () => (await health(one, '/readyz')).status, LIMIT).toBe(200);
  });

  it('leaves new broadcasts to other nodes', { timeout: 60_000 }, async () => {
    const one = await nodes.start('one');
    const two = await nodes.start('two');
    const ann = await registerWithChannel(one.url, 'ann', 'Hello');
    const path = '/channels/ann/stream-key';
    const { streamKey: key } = await api<{ streamKey: string }>(one.url, ann, 'POST', path);
    await drainOf(one).drain();
    for (const [node, status] of [
      [one, 503],
      [two, 201],
    ] as const) {
      const publisher = new WeriftPublisher({ url: node.url, channel: 'ann', key, film: SOUND });
      onTestFinished(() => publisher.vanish());
      expect(await publisher.publish()).toMatchObject({ status });
    }
  });

  it(
    'runs nodes of neighboring versions side by side, and refuses others',
    { timeout: 60_000 },
    async () => {
      const one = await nodes.start('one');
      const database = new pg.Client({ connectionString: nodes.databaseUrl });
      await database.connect();
      const id = randomUUID();
      const claim = (proto: number) =>
        database.query(
          `INSERT INTO nodes (id, name, url, started_at, proto) VALUES ($1, 'other', 'http://127.0.0.1:9', now(), $2)
         ON CONFLICT (id) DO UPDATE SET proto = excluded.proto`,
          [id, proto],
        );
      await database.query('SELECT pg_advisory_lock($1)', [lockKey(id)]);
      await claim(NODE_PROTOCOL + 1);
      const two = await nodes.start('two');
      await claim(NODE_PROTOCOL + 2);
      await expect(nodes.start('three')).rejects.toThrow(
        `The running node other uses version ${NODE_PROTOCOL + 2} of the calls between nodes`,
      );
      // What it had stored is gone.
      await expect
        .poll(() => Object.keys(seenBy(one)).toSorted(), LIMIT)
        .toEqual(['one', 'other', 'two']);
      expect(Object.keys(seenBy(two)).toSorted()).toEqual(['one', 'other', 'two']);
      // A node that crashed doesn't count, until the others have noticed.
      await database.end();
      await nodes.start('four');
    },
  );
});
