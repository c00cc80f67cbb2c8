import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CallVerifier } from '../../src/cluster/call-signature.js';
import { type Cluster, CLUSTER } from '../../src/cluster/cluster.js';
import { lockKey } from '../../src/cluster/database-cluster.js';
import { NodeDrain } from '../../src/cluster/node-drain.js';
import { NodeServer } from '../../src/cluster/node-server.js';
import { systemClock as clock } from '../../src/common/clock.js';
import { LOG, type Log } from '../../src/common/logger.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { Secrets } from '../../src/secrets/secrets.js';
import type { AdminNodeList } from '../../src/protocol/admin.js';
import type { AdminEventList } from '../../src/protocol/security-event.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import { administrator } from '../support/administrator.js';
import type { TestApp } from '../support/app.js';
import type { Film } from '../support/film-rtp.js';
import { freePort } from '../support/free-port.js';
import type { HttpClient } from '../support/http-client.js';
import { NODES_SECRET, TestNodes } from '../support/nodes.js';
import { createStreamKey, registerWithChannel } from '../support/people.js';
import { openSocket } from '../support/sockets.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 60_000, interval: 200 };
const SOUND: Film = { video: null, audio: true };

describe.skipIf(!process.env.TEST_DATABASE_URL)('the nodes that administrators see', () => {
  let nodes: TestNodes;
  const connections: pg.Client[] = [];

  beforeEach(async () => {
    nodes = await TestNodes.open();
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.end();
    await nodes.close();
  });

  const idOf = ({ app }: TestApp) => app.get<Cluster>(CLUSTER).self;
  const list = async (boss: HttpClient) =>
    (await boss.get('/api/admin/nodes')).body as AdminNodeList;
  const find = async (boss: HttpClient, name: string) =>
    (await list(boss)).find((node) => node.name === name);
  const drain = (boss: HttpClient, id: string) => boss.post(`/api/admin/nodes/${id}/drain`);
  const cancel = (boss: HttpClient, id: string) =>
    boss.request('DELETE', `/api/admin/nodes/${id}/drain`, {});
  const metric = async ({ url }: TestApp, name: string) =>
    new RegExp(`^${name} (.+)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1];

  /** Adds a node that holds its lock, like a running node, but answers no calls. */
  async function addSilentNode(name: string, url: string, seenAt: Date): Promise<string> {
    const id = randomUUID();
    const database = new pg.Client({ connectionString: nodes.databaseUrl });
    await database.connect();
    connections.push(database);
    await database.query('SELECT pg_advisory_lock($1)', [lockKey(id)]);
    await database.query(
      'INSERT INTO nodes (id, name, url, started_at, seen_at) VALUES ($1, $2, $3, $4, $4)',
      [id, name, url, seenAt],
    );
    return id;
  }

  it('are listed with the load that each node measures for itself', async () => {
    const one = await nodes.start('one');
    const two = await nodes.start('two');
    const boss = await administrator(one);
    const ann = await registerWithChannel(two.url, 'ann');
    const key = await createStreamKey(two.url, ann);
    const publisher = new WeriftPublisher({ url: two.url, channel: 'ann', key, film: SOUND });
    onTestFinished(() => publisher.vanish());
    expect(await publisher.publish()).toMatchObject({ status: 201 });
    const payloadTypes = { audio: 111, video: 96 };
    const viewer = new WeriftViewer({ url: two.url, channel: 'ann', payloadTypes });
    onTestFinished(() => viewer.vanish());
    await expect.poll(async () => (await viewer.watch(['audio'])).status, LIMIT).toBe(201);
    const socket = await openSocket(two.url);
    onTestFinished(() => void socket.close());
    const at = (name: string) => find(boss, name).then((node) => node?.load);
    await expect
      .poll(() => at('two'), LIMIT)
      .toMatchObject({ broadcasts: 1, viewers: 1, webRtcViewers: 1, sockets: 1 });
    // The values are measured over several seconds.
    const isPositive = async () => {
      const load = await at('two');
      return [load?.cpu, load?.busiestWorker, load?.outgoingBps.webRtc].map(
        (value) => value !== undefined && value > 0,
      );
    };
    await expect.poll(isPositive, LIMIT).toEqual([true, true, true]);
    const load = await at('two');
    expect(load?.cpu).toBeLessThanOrEqual(1);
    expect(load?.cores).toBeGreaterThan(0);
    expect(load?.memoryBytes).toBeGreaterThan(50_000_000);
    expect(await at('one')).toMatchObject({ broadcasts: 0, viewers: 0, webRtcViewers: 0 });
    await fetch(`${two.url}/hls/ann/index.m3u8`);
    await expect.poll(async () => (await at('two'))?.outgoingBps.hls, LIMIT).toBeGreaterThan(0);
  });

  it('are drained once, but not the last one, and the log says by whom', async () => {
    const one = await nodes.start('one');
    const two = await nodes.start('two');
    const boss = await administrator(one);
    const states = async () => (await list(boss)).map(({ name, state }) => [name, state]);
    await expect.poll(states, LIMIT).toEqual([
      ['one', 'running'],
      ['two', 'running'],
    ]);
    expect(await metric(two, 'onair_draining')).toBe('0');
    expect((await drain(boss, idOf(two))).status).toBe(204);
    await expect.poll(states, LIMIT).toEqual([
      ['one', 'running'],
      ['two', 'draining'],
    ]);
    expect(await metric(two, 'onair_draining')).toBe('1');
    expect(await metric(one, 'onair_draining')).toBe('0');
    expect((await drain(boss, idOf(two))).status).toBe(204);
    expect((await drain(boss, idOf(one))).error).toMatchObject({ code: 'conflict' });
    expect((await cancel(boss, idOf(two))).status).toBe(204);
    await expect.poll(states, LIMIT).toEqual([
      ['one', 'running'],
      ['two', 'running'],
    ]);
    expect((await cancel(boss, idOf(two))).status).toBe(204);
    // The drain of a node that is about to stop can't be cancelled.
    expect(await two.app.get(NodeDrain).drain({ stops: true })).toBe(true);
    await expect.poll(async () => (await states())[1], LIMIT).toEqual(['two', 'draining']);
    expect((await cancel(boss, idOf(two))).error).toMatchObject({
      code: 'conflict',
      message: 'The node two is stopping.',
    });
    expect((await cancel(boss, 'x')).error?.code).toBe('node_not_found');
    const { body } = await boss.get('/api/admin/events');
    const kinds = new Set(['node_drained', 'node_drain_cancelled']);
    expect((body as AdminEventList).filter(({ kind }) => kinds.has(kind))).toMatchObject([
      { by: 'boss', kind: 'node_drain_cancelled', subject: 'two', count: 1 },
      { by: 'boss', kind: 'node_drained', subject: 'two', count: 1 },
    ]);
  });

  it('include those that don’t answer, with the time at which they were last seen', async () => {
    const one = await nodes.start('one');
    const boss = await administrator(one);
    const seenAt = new Date(Date.now() - 600_000);
    const url = `http://127.0.0.1:${await freePort()}`;
    const id = await addSilentNode('ghost', url, seenAt);
    await expect
      .poll(() => find(boss, 'ghost'), LIMIT)
      .toEqual({
        id,
        name: 'ghost',
        url,
        startedAt: seenAt.toISOString(),
        version: null,
        state: 'unreachable',
        lastSeenAt: seenAt.toISOString(),
        load: null,
      });
    expect((await drain(boss, id)).error).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ghost'),
    });
    // They can't take over another node's clients.
    expect((await drain(boss, idOf(one))).error).toMatchObject({ code: 'conflict' });
    expect(await find(boss, 'one')).toMatchObject({ state: 'running' });
    const { body } = await boss.get('/api/admin/events');
    expect((body as AdminEventList).map(({ kind }) => kind)).not.toContain('node_drained');
  });

  it('include those of a release that can’t report its load', async () => {
    const one = await nodes.start('one');
    const boss = await administrator(one);
    const url = `http://127.0.0.1:${await freePort()}`;
    const id = await addSilentNode('old', url, new Date());
    const server = await NodeServer.listen({
      url: new URL(url),
      verifier: new CallVerifier(new Secrets(Buffer.from(NODES_SECRET, 'utf8')), id),
      isMember: () => Promise.resolve(true),
      clock,
      log: one.app.get<Log>(LOG),
    });
    onTestFinished(() => server.close());
    await expect
      .poll(() => find(boss, 'old'), LIMIT)
      .toMatchObject({ state: 'running', version: null, load: null });
    await one.app.get(PrismaService).node.update({ where: { id }, data: { draining: true } });
    await expect.poll(() => find(boss, 'old'), LIMIT).toMatchObject({ state: 'draining' });
    expect((await cancel(boss, id)).error).toMatchObject({
      code: 'conflict',
      message: 'old runs a release that doesn’t support this.',
    });
  });

  it('are listed as running, with an unknown load, while a media worker hangs', async () => {
    const one = await nodes.start('one');
    const two = await nodes.start('two');
    const boss = await administrator(one);
    const [worker] = two.app.get(SfuService).pool.workers;
    if (!worker) throw new Error('no media worker runs');
    process.kill(worker.pid, 'SIGSTOP');
    try {
      await expect
        .poll(() => find(boss, 'two'), LIMIT)
        .toMatchObject({ state: 'running', version: expect.any(String), load: null });
    } finally {
      process.kill(worker.pid, 'SIGCONT');
    }
    await expect.poll(async () => (await find(boss, 'two'))?.load?.viewers, LIMIT).toBe(0);
  });

  it('store the time at which they were last seen', async () => {
    const one = await nodes.start('one');
    const two = await nodes.start('two');
    const db = one.app.get(PrismaService);
    await db.node.updateMany({ data: { seenAt: new Date(0) } });
    const seen = () => one.app.get<Cluster>(CLUSTER).nodes.get(idOf(two))?.seenAt.getTime();
    await expect.poll(seen, LIMIT).toBeGreaterThan(Date.now() - 600_000);
  });
});
