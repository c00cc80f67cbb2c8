import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Cluster, CLUSTER } from '../../src/cluster/cluster.js';
import { lockKey } from '../../src/cluster/database-cluster.js';
import { NodeDrain } from '../../src/cluster/node-drain.js';
import { NODE_PROTOCOL } from '../../src/cluster/node-protocol.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { MOVING_QUERY } from '../../src/protocol/moving.js';
import type { TestApp } from '../support/app.js';
import type { Film } from '../support/film-rtp.js';
import { TestNodes } from '../support/nodes.js';
import { api, registerWithChannel } from '../support/people.js';
import { ServerProcess } from '../support/server-process.js';
import { disconnected, next, openSocket } from '../support/sockets.js';
import { WeriftPublisher } from '../support/werift-publisher.js';

const LIMIT = { timeout: 30_000, interval: 50 };
const DRAIN = { DRAIN_SECONDS: '5' };
const SOUND: Film = { video: null, audio: true };

describe.skipIf(!process.env.TEST_DATABASE_URL)('draining a node', () => {
  let nodes: TestNodes;

  beforeEach(async () => {
    nodes = await TestNodes.open();
  });
  afterEach(() => nodes.close());

  const clusterOf = ({ app }: TestApp) => app.get<Cluster>(CLUSTER);
  const drainOf = ({ app }: TestApp) => app.get(NodeDrain);
  /** Returns whether each node drains, by name, as seen by one node. */
  const seenBy = (node: TestApp) =>
    Object.fromEntries(
      [...clusterOf(node).nodes.values()].map(({ name, draining }) => [name, draining]),
    );
  const health = async ({ url }: TestApp, path: string) => {
    const response = await fetch(`${url}${path}`);
    const { problems = [] } = (await response.json()) as { problems?: string[] };
    return { status: response.status, problems };
  };

  /**
   * Connects as a client that moves; resolves with the status of the refusal, or null if it is
   * admitted.
   */
  const refusalOf = async ({ url }: { url: string }) => {
    const socket = io(url, {
      query: { [MOVING_QUERY]: '1' },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    try {
      return await new Promise<number | null>((resolve) => {
        socket.once('connect', () => resolve(null));
        socket.once('connect_error', (error) => {
          const { description } = error as { description?: { message?: string } };
          resolve(Number(/\d{3}/.exec(description?.message ?? '')?.[0] ?? 0));
        });
      });
    } finally {
      socket.close();
    }
  };

  it('notifies the balancer and the other nodes, even if another node requested the drain', async () => {
    const one = await nodes.start('one', DRAIN);
    const two = await nodes.start('two', DRAIN);
    expect(await drainOf(two).drainNode(clusterOf(one).self)).toBe(true);
    expect(seenBy(one)).toEqual({ one: true, two: false });
    await expect.poll(() => seenBy(two), LIMIT).toEqual({ one: true, two: false });
    expect(await health(one, '/readyz')).toEqual({
      status: 503,
      problems: ['this node is draining'],
    });
    expect(await health(one, '/readyz?draining=404')).toMatchObject({ status: 404 });
    expect(await health(two, '/readyz?draining=404')).toMatchObject({ status: 200 });
    expect(await health(one, '/healthz')).toMatchObject({ status: 200 });
    expect(await health(two, '/readyz')).toMatchObject({ status: 200 });
  });

  it('needs another node that doesn’t drain, even if all are asked at once', async () => {
    const one = await nodes.start('one', DRAIN);
    expect(await drainOf(one).drain()).toBe(false);
    const two = await nodes.start('two', DRAIN);
    const drained = await Promise.all([drainOf(one).drain(), drainOf(two).drain()]);
    expect(drained.toSorted()).toEqual([false, true]);
  });

  it('continues to serve if all other nodes have left', async () => {
    const one = await nodes.start('one', DRAIN);
    const two = await nodes.start('two', DRAIN);
    expect(await drainOf(one).drain()).toBe(true);
    await nodes.stop(two);
    await expect.poll(async () => (await health(one, '/readyz')).status, LIMIT).toBe(200);
  });

  it(
    'doesn’t leave its clients to a node that hangs, now or later',
    { timeout: 60_000 },
    async () => {
      const one = await nodes.start('one', DRAIN);
      const two = await ServerProcess.start(await nodes.settings('two'));
      onTestFinished(async () => {
        two.signal('SIGCONT');
        await two.close();
      });
      await expect.poll(() => seenBy(one), LIMIT).toEqual({ one: false, two: false });
      two.signal('SIGSTOP');
      expect(await drainOf(one).drain({ stops: true })).toBe(false);
      expect(seenBy(one)).toEqual({ one: false, two: false });
      two.signal('SIGCONT');
      await expect.poll(() => drainOf(one).drain(), LIMIT).toBe(true);
      expect((await health(one, '/readyz')).status).toBe(503);
      two.signal('SIGSTOP');
      await expect.poll(async () => (await health(one, '/readyz')).status, LIMIT).toBe(200);
      two.signal('SIGCONT');
      await expect.poll(async () => (await health(one, '/readyz')).status, LIMIT).toBe(503);
    },
  );

  it('can be cancelled: clients stay, and another drain asks them again', async () => {
    const one = await nodes.start('one', DRAIN);
    const two = await nodes.start('two', DRAIN);
    const { self } = clusterOf(one);
    const sockets = [await openSocket(one.url), await openSocket(one.url)];
    for (const from of [one, two]) {
      const asked = sockets.map((socket) => next(socket, 'node:moving'));
      const staying = sockets.map((socket) => next(socket, 'node:staying'));
      expect(await drainOf(one).drain()).toBe(true);
      await Promise.all(asked);
      expect(await drainOf(from).cancelNode(self)).toBe(true);
      await Promise.all(staying);
      expect(seenBy(one)).toEqual({ one: false, two: false });
      await expect.poll(() => seenBy(two), LIMIT).toEqual({ one: false, two: false });
      expect(await health(one, '/readyz')).toEqual({ status: 200, problems: [] });
      expect(await refusalOf(one)).toBe(null);
    }
    expect(sockets.map(({ connected }) => connected)).toEqual([true, true]);
    // The other node can now leave its clients to this one.
    expect(await drainOf(two).drain()).toBe(true);
    for (const socket of sockets) socket.close();
  });

  it('can be cancelled after it has drained, but not when it is about to stop', async () => {
    const one = await nodes.start('one', DRAIN);
    await nodes.start('two', DRAIN);
    await drainOf(one).drain();
    await drainOf(one).ended;
    expect(await drainOf(one).cancel()).toBe(true);
    expect(await drainOf(one).cancel()).toBe(true);
    const socket = await openSocket(one.url);
    const asked = next(socket, 'node:moving');
    await drainOf(one).drain();
    await asked;
    expect(await drainOf(one).drain({ stops: true })).toBe(true);
    expect(await drainOf(one).cancel()).toBe(false);
    expect(seenBy(one)).toMatchObject({ one: true });
    socket.close();
    await drainOf(one).ended;
  });

  it('leaves new broadcasts to other nodes', { timeout: 60_000 }, async () => {
    const one = await nodes.start('one', DRAIN);
    const two = await nodes.start('two', DRAIN);
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
      const one = await nodes.start('one', DRAIN);
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
      const two = await nodes.start('two', DRAIN);
      await claim(NODE_PROTOCOL + 2);
      await expect(nodes.start('three', DRAIN)).rejects.toThrow(
        `The running node other uses version ${NODE_PROTOCOL + 2} of the node protocol`,
      );
      // The refused node's row has been deleted.
      await expect
        .poll(() => Object.keys(seenBy(one)).toSorted(), LIMIT)
        .toEqual(['one', 'other', 'two']);
      expect(Object.keys(seenBy(two)).toSorted()).toEqual(['one', 'other', 'two']);
      // A node that crashed doesn't count, even before the others have noticed the crash.
      await database.end();
      await nodes.start('four', DRAIN);
    },
  );

  it('asks sockets to move, and refuses their new connections', async () => {
    const one = await nodes.start('one', DRAIN);
    const two = await nodes.start('two', DRAIN);
    const sockets = [await openSocket(one.url), await openSocket(one.url)];
    const asked = sockets.map((socket) => next(socket, 'node:moving'));
    expect(await refusalOf(one)).toBe(null);
    await drainOf(one).drain();
    await Promise.all(asked);
    expect(await refusalOf(one)).toBe(503);
    expect(await refusalOf(two)).toBe(null);
    // A client that opens the page now is served, and asked to move at once.
    const late = await openSocket(one.url);
    await next(late, 'node:moving');
    for (const socket of [...sockets, late]) socket.close();
    await drainOf(one).ended;
  });

  it('disconnects clients that haven’t moved when it ends', { timeout: 60_000 }, async () => {
    const one = await nodes.start('one', { DRAIN_SECONDS: '2' });
    const two = await nodes.start('two', DRAIN);
    const ann = await registerWithChannel(one.url, 'ann', 'Hello');
    const path = '/channels/ann/stream-key';
    const { streamKey: key } = await api<{ streamKey: string }>(one.url, ann, 'POST', path);
    const program = (url: string) => {
      const publisher = new WeriftPublisher({ url, channel: 'ann', key, film: SOUND });
      onTestFinished(() => publisher.vanish());
      return publisher.publish();
    };
    const broadcast = async () =>
      (await api<ChannelView>(two.url, null, 'GET', '/channels/ann')).broadcast;
    expect(await program(one.url)).toMatchObject({ status: 201 });
    await expect.poll(async () => (await broadcast())?.state, LIMIT).toBe('live');
    const { id } = (await broadcast()) ?? {};
    const socket = await openSocket(one.url);
    await drainOf(one).drain();
    expect((await broadcast())?.state).toBe('live');
    expect(await disconnected(socket)).toBe('io server disconnect');
    await expect.poll(async () => (await broadcast())?.state, LIMIT).toBe('interrupted');
    expect(await program(two.url)).toMatchObject({ status: 201 });
    await expect.poll(broadcast, LIMIT).toMatchObject({ state: 'live', id });
  });
});
