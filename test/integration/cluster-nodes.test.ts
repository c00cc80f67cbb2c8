import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bus, BUS } from '../../src/cluster/bus.js';
import { signCall } from '../../src/cluster/call-signature.js';
import { type Cluster, CLUSTER } from '../../src/cluster/cluster.js';
import { NODE_CALLS, type NodeCalls } from '../../src/cluster/node-calls.js';
import {
  NODE_RESOURCES,
  type NodeResources,
  type ResourceOptions,
} from '../../src/cluster/node-resources.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { Secrets } from '../../src/secrets/secrets.js';
import { freePort } from '../support/free-port.js';
import { NODES_SECRET, TestNodes } from '../support/nodes.js';

describe.skipIf(!process.env.TEST_DATABASE_URL)('nodes on one PostgreSQL', () => {
  let nodes: TestNodes;

  beforeEach(async () => {
    nodes = await TestNodes.open();
  });
  afterEach(() => nodes.close());

  /** Starts a node, and returns the objects that its services use to reach other nodes. */
  async function startNode(name: string, overrides: Record<string, string> = {}) {
    const app = await nodes.start(name, overrides);
    return {
      app,
      url: app.config.node.url ?? '',
      cluster: app.app.get<Cluster>(CLUSTER),
      bus: app.app.get<Bus>(BUS),
      calls: app.app.get<NodeCalls>(NODE_CALLS),
      resources: app.app.get<NodeResources>(NODE_RESOURCES),
      stop: () => nodes.stop(app),
    };
  }

  const namesOf = (cluster: Cluster) =>
    [...cluster.nodes.values()].map(({ name }) => name).toSorted();

  it('see each other, and see one leave', async () => {
    const one = await startNode('one');
    const two = await startNode('two');
    await expect.poll(() => namesOf(one.cluster)).toEqual(['one', 'two']);
    expect(namesOf(two.cluster)).toEqual(['one', 'two']);
    expect(await one.cluster.isDead(two.cluster.self)).toBe(false);
    const left = one.cluster.events.once('left');
    await two.stop();
    expect(await left).toMatchObject([{ name: 'two' }]);
    expect(namesOf(one.cluster)).toEqual(['one']);
  });

  it('call each other, and learn that a node has ended', async () => {
    const one = await startNode('one');
    const two = await startNode('two');
    two.calls.answer('add', (body, from) => [...(body as number[]), from]);
    two.calls.answer('break', () => Promise.reject(new Error('out of order')));
    await expect.poll(() => namesOf(one.cluster)).toEqual(['one', 'two']);
    const { self: id } = two.cluster;
    expect(await one.calls.call(id, 'add', [1])).toEqual([1, one.cluster.self]);
    await expect(one.calls.call(id, 'break', null)).rejects.toMatchObject({ failure: 'failed' });
    await expect(one.calls.call(id, 'nothing', null)).rejects.toMatchObject({ failure: 'refused' });
    await expect(one.calls.call('nobody', 'add', [])).rejects.toMatchObject({ failure: 'gone' });
    // A restarted node is a new node at the same address.
    const { url } = two;
    await two.stop();
    await startNode('two-again', { NODE_URL: url });
    await expect
      .poll(() => one.calls.call(id, 'add', [1]).catch(({ failure }) => failure as string))
      .toBe('gone');
  });

  it('call a node that they haven’t discovered yet', async () => {
    const one = await startNode('one');
    const two = await startNode('two');
    two.calls.answer('greet', (_body, from) => from);
    // The list of nodes is up to a second old.
    expect(await one.calls.call(two.cluster.self, 'greet', null)).toBe(one.cluster.self);
  });

  it('answer only nodes, and each call only once', async () => {
    const one = await startNode('one');
    const two = await startNode('two');
    const calls: unknown[] = [];
    two.calls.answer('note', (body) => void calls.push(body));
    const from = one.cluster.self;
    const post = async (key: string, sender: string) => {
      const secrets = new Secrets(Buffer.from(key, 'utf8'));
      const call = { name: 'note', from: sender, to: two.cluster.self, body: '"x"' };
      const headers = signCall(secrets, call, Date.now());
      const send = () => fetch(`${two.url}/node/note`, { method: 'POST', headers, body: '"x"' });
      return [(await send()).status, (await send()).status];
    };
    expect(await post('another key, which is long enough', from)).toEqual([403, 403]);
    expect(await post(NODES_SECRET, '00000000-0000-4000-8000-000000000000')).toEqual([403, 403]);
    expect(calls).toEqual([]);
    expect(await post(NODES_SECRET, from)).toEqual([200, 403]);
    expect(calls).toEqual(['x']);
    for (const path of ['/', '/node/note', '/api/me'])
      expect((await fetch(`${two.url}${path}`)).status).toBe(403);
  });

  it('fetch what others serve, and serve it only to nodes', async () => {
    const one = await startNode('one');
    const two = await startNode('two');
    const served: string[] = [];
    two.resources.serve('bytes', (path, { headers }, response) => {
      served.push(path);
      if (path.endsWith('/never')) return;
      response.writeHead(200, { etag: headers['if-match'] ?? '"y"' }).end(Buffer.alloc(1_000, 7));
    });
    await expect.poll(() => namesOf(one.cluster)).toEqual(['one', 'two']);
    const to = two.cluster.self;
    const signal = new AbortController().signal;
    const get = (path: string, options: Partial<ResourceOptions> = {}) =>
      one.resources.get(to, path, { signal, maxBytes: 1_000, ...options });
    const { status, headers, body } = await get('bytes/a?b=c', { headers: { 'if-match': '"x"' } });
    expect([status, headers.etag, body.equals(Buffer.alloc(1_000, 7))]).toEqual([200, '"x"', true]);
    expect(served).toEqual(['/bytes/a?b=c']);
    await expect(get('bytes/a', { maxBytes: 999 })).rejects.toMatchObject({
      failure: 'unreachable',
    });
    expect((await get('nothing/a')).status).toBe(404);
    const abort = new AbortController();
    const waits = get('bytes/never', { signal: abort.signal });
    await expect.poll(() => served.at(-1)).toBe('/bytes/never');
    abort.abort();
    await expect(waits).rejects.toMatchObject({ failure: 'unreachable' });
    // A signature is for a single path, and is valid only once.
    const secrets = new Secrets(Buffer.from(NODES_SECRET, 'utf8'));
    const call = { name: 'GET bytes/b', from: one.cluster.self, to, body: '' };
    const signed = signCall(secrets, call, Date.now());
    const fetchSigned = async (path: string) =>
      (await fetch(`${two.url}/node/${path}`, { headers: signed })).status;
    expect(await fetchSigned('bytes/c')).toBe(403);
    expect(await fetchSigned('bytes/b')).toBe(200);
    expect(await fetchSigned('bytes/b')).toBe(403);
    expect((await fetch(`${two.url}/node/bytes/b`)).status).toBe(403);
    await two.stop();
    await expect(get('bytes/a')).rejects.toMatchObject({ name: 'CallError' });
  });

  it('notice that a node ended without announcing it', async () => {
    const one = await startNode('one');
    const db = one.app.app.get(PrismaService);
    // A row without a lock, with an address at which nothing listens.
    const url = `http://127.0.0.1:${await freePort()}`;
    const ghost = await db.node.create({
      data: { id: randomUUID(), name: 'ghost', url, startedAt: new Date() },
    });
    const two = await startNode('two');
    const left = one.cluster.events.once('left');
    expect(await one.cluster.isDead(ghost.id)).toBe(false);
    expect(await left).toMatchObject([{ name: 'ghost' }]);
    expect(await one.cluster.isDead(ghost.id)).toBe(true);
    await expect.poll(() => namesOf(two.cluster)).toEqual(['one', 'two']);
    expect(await one.cluster.isDead(two.cluster.self)).toBe(false);
  });

  it.each([
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['SECRET_KEY', { SECRET_KEY: '' }],
    ['RTC_ANNOUNCED_ADDRESS', { RTC_ANNOUNCED_ADDRESS: '' }],
    ['NODE_URL', { NODE_URL: 'http://node-one:8090' }],
    ['NODE_URL', { NODE_URL: 'http://10.0.0.2:8090/onair' }],
  ])('are refused with a wrong %s', async (setting, overrides) => {
    await expect(startNode('one', overrides)).rejects.toThrow(new RegExp(`- ${setting}: `));
  });

  it('are refused at an address that is in use', async () => {
    const { url } = await startNode('one');
    await expect(startNode('two', { NODE_URL: url })).rejects.toThrow(
      /can't listen for other nodes at .*in use/,
    );
  });
});
