import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AdminBroadcastView } from '../../src/protocol/admin.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { ChannelList, ChannelView } from '../../src/protocol/channel.js';
import { BroadcastDirectory } from '../../src/broadcast/directory.js';
import { LiveChannels } from '../../src/broadcast/live-channels.js';
import { CLUSTER, type Cluster } from '../../src/cluster/cluster.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { TestApp } from '../support/app.js';
import type { Film } from '../support/film-rtp.js';
import { freePort } from '../support/free-port.js';
import { NODES_SECRET, TestNodes } from '../support/nodes.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { ServerProcess } from '../support/server-process.js';
import { ask, type ClientSocket, next, openSocket, refusal, request } from '../support/sockets.js';
import { WeriftPublisher } from '../support/werift-publisher.js';

const LIMIT = { timeout: 30_000, interval: 50 };
const SOUND: Film = { video: null, audio: true };
type Node = Readonly<{ url: string }>;
const GRACE = { GRACE_SECONDS: '20' };

describe.skipIf(!process.env.TEST_DATABASE_URL)('broadcasts on several nodes', () => {
  let nodes: TestNodes;
  let one: TestApp;
  let two: TestApp;
  let ann: Person;
  let key: string;

  beforeEach(async () => {
    nodes = await TestNodes.open();
    one = await nodes.start('one', GRACE);
    two = await nodes.start('two', GRACE);
    ann = await registerWithChannel(one.url, 'ann', 'Hello');
    ({ streamKey: key } = await api<{ streamKey: string }>(
      one.url,
      ann,
      'POST',
      '/channels/ann/stream-key',
    ));
  }, 60_000);
  afterEach(() => nodes.close());

  const channel = (node: Node) => api<ChannelView>(node.url, null, 'GET', '/channels/ann');
  const broadcast = async (node: Node) => (await channel(node)).broadcast;
  const isIn = (node: Node, state: string) =>
    vi.waitUntil(async () => {
      const now = await broadcast(node);
      return now?.state === state && now;
    }, LIMIT);

  const idOf = (node: TestApp) => node.app.get<Cluster>(CLUSTER).self;
  const db = () => two.app.get(PrismaService);
  /** Returns all broadcasts. */
  const rows = (node = two) => node.app.get(PrismaService).broadcast.findMany();
  /**
   * Waits until the only broadcast is stored with these values; they are stored after nodes
   * announce them.
   */
  async function expectRow(values: object): Promise<void> {
    await expect.poll(() => rows(), LIMIT).toMatchObject([values]);
  }

  function program(node: Node): WeriftPublisher {
    const publisher = new WeriftPublisher({ url: node.url, channel: 'ann', key, film: SOUND });
    onTestFinished(() => publisher.vanish());
    return publisher;
  }

  /** Publishes over WHIP; resolves when the broadcast is live. */
  async function publish(node: Node) {
    const publisher = program(node);
    expect(await publisher.publish()).toMatchObject({ status: 201 });
    const { id } = await isIn(node, 'live');
    return { publisher, id };
  }

  async function connect(node: TestApp, person: Person | null = null): Promise<ClientSocket> {
    const socket = await openSocket(node.url, person ? { cookie: person.cookie } : {});
    onTestFinished(() => void socket.close());
    return socket;
  }

  it('are shown by all nodes, from their start to their end', { timeout: 60_000 }, async () => {
    const viewer = await connect(two);
    const states: unknown[] = [];
    viewer.on('channel:state', ({ broadcast: now }) => states.push(now?.state));
    await request(viewer, 'viewer:join', { channel: 'ann' });
    const { publisher, id } = await publish(one);
    expect(await isIn(two, 'live')).toMatchObject({ id, source: 'whip', endedAt: null });
    const list = await api<ChannelList>(two.url, null, 'GET', '/channels');
    expect(list).toMatchObject([{ name: 'ann', broadcast: { id } }]);
    expect(two.app.get(BroadcastDirectory).findByName('ann')).toMatchObject({
      id,
      epoch: 1,
      nodeId: one.app.get<Cluster>(CLUSTER).self,
    });
    expect([...one.app.get(BroadcastDirectory).all]).toEqual([]);
    await vi.waitUntil(async () => (await broadcast(two))?.hls === 'ready', LIMIT);
    expect(await api<AdminBroadcastView>(two.url, null, 'GET', `/broadcasts/${id}`)).toMatchObject({
      state: 'live',
    });
    await publisher.end();
    await vi.waitUntil(async () => (await broadcast(two)) === null, LIMIT);
    expect(states.filter((state, at) => state !== states[at - 1])).toEqual([
      'starting',
      'live',
      'ended',
    ]);
  });

  it('have the same number of viewers on all nodes', { timeout: 60_000 }, async () => {
    await publish(one);
    const here = await connect(one);
    await request(here, 'viewer:join', { channel: 'ann' });
    const viewers = [await connect(two), await connect(two)];
    const told: number[] = [];
    here.on('channel:stats', ({ viewers: count }) => told.push(count));
    for (const viewer of viewers) await request(viewer, 'viewer:join', { channel: 'ann' });
    for (const node of [one, two])
      await vi.waitUntil(async () => (await channel(node)).viewers === 3, LIMIT);
    await vi.waitUntil(() => told.at(-1) === 3, LIMIT);
    expect(one.app.get(LiveChannels).allViewers).toBe(3);
    for (const viewer of viewers) viewer.close();
    await vi.waitUntil(async () => (await channel(one)).viewers === 1, LIMIT);
    expect((await broadcast(two))?.peakViewers).toBe(3);
  });

  it('start once if two nodes start them at the same time', { timeout: 60_000 }, async () => {
    const sockets = [await connect(one, ann), await connect(two, ann)];
    const replies = await Promise.all(
      sockets.map((socket) => ask(socket, 'publisher:start', { channel: 'ann' })),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(replies.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'already_publishing' } });
    await expectRow({ state: 'STARTING', epoch: 1 });
  });

  it('count toward an account’s limit on all nodes', { timeout: 60_000 }, async () => {
    await nodes.stop(two);
    two = await nodes.start('two', { ...GRACE, BROADCASTS_PER_ACCOUNT: '1' });
    await api(one.url, ann, 'POST', '/channels', { name: 'more', title: '' });
    await request(await connect(one, ann), 'publisher:start', { channel: 'ann' });
    const error = await refusal(await connect(two, ann), 'publisher:start', { channel: 'more' });
    expect(error.code).toBe('broadcast_limit');
  });

  it('move to the node to which their publisher connects', { timeout: 60_000 }, async () => {
    const first = await connect(one, ann);
    const started = await request(first, 'publisher:start', { channel: 'ann' });
    const second = await connect(two, ann);
    const stranger = await refusal(second, 'publisher:start', { channel: 'ann' });
    expect(stranger.code).toBe('already_publishing');
    const told = next(first, 'publisher:closed');
    const { resumeToken } = started;
    const again = await request(second, 'publisher:start', { channel: 'ann', resumeToken });
    expect(again).toMatchObject({ resumed: true, resumeToken });
    expect(again.broadcast).toMatchObject({
      id: started.broadcast.id,
      startedAt: started.broadcast.startedAt,
    });
    expect(await told).toEqual([{ channel: 'ann', reason: 'taken_over' }]);
    await expectRow({ nodeId: idOf(two), epoch: 2 });
    // And back.
    await request(first, 'publisher:start', { channel: 'ann', resumeToken });
    await expectRow({ nodeId: idOf(one), epoch: 3 });
  });

  it('continue on another node after their encoder was lost', { timeout: 90_000 }, async () => {
    const { publisher, id } = await publish(one);
    const startedAt = (await broadcast(one))?.startedAt;
    const busy = await program(two).publish();
    expect(busy.status).toBe(409);
    await publisher.vanish();
    await isIn(two, 'interrupted');
    const { publisher: another } = await publish(two);
    for (const node of [one, two])
      expect(await isIn(node, 'live')).toMatchObject({ id, startedAt });
    await another.end();
    await vi.waitUntil(async () => (await broadcast(one)) === null, LIMIT);
    await expectRow({ id, state: 'ENDED', endReason: 'PUBLISHER_ENDED' });
  });

  it('respond to their encoder on every node', { timeout: 60_000 }, async () => {
    const publisher = program(one);
    const { status, headers } = await publisher.publish();
    expect(status).toBe(201);
    await isIn(two, 'live');
    const resource = new URL(headers.get('location') ?? '', two.url).href;
    const type = 'application/trickle-ice-sdpfrag';
    const stale = await publisher.request('PATCH', resource, {
      type,
      body: 'a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\n',
      headers: { 'if-match': '"of another session"' },
    });
    expect(stale.status).toBe(412);
    expect((await publisher.request('DELETE', resource, {})).status).toBe(200);
    await vi.waitUntil(async () => (await broadcast(two)) === null, LIMIT);
    await expectRow({ state: 'ENDED', endReason: 'PUBLISHER_ENDED' });
    expect((await publisher.request('DELETE', resource, {})).status).toBe(404);
    const nowhere = resource.replace(/[^/]+$/, `${crypto.randomUUID()}.abc`);
    expect((await publisher.request('DELETE', nowhere, {})).status).toBe(404);
  });

  it('are ended and measured from any node', { timeout: 60_000 }, async () => {
    const { id } = await publish(one);
    const ingest = await api<IngestView>(two.url, ann, 'GET', '/channels/ann/ingest');
    expect(ingest).toMatchObject({ source: 'whip', connected: true });
    await request(await connect(two, ann), 'publisher:end', { channel: 'ann' });
    await vi.waitUntil(async () => (await broadcast(two)) === null, LIMIT);
    await expectRow({ id, state: 'ENDED', endReason: 'PUBLISHER_ENDED' });
  });

  it('learn their title, visibility and end from other nodes', { timeout: 60_000 }, async () => {
    const { id } = await publish(one);
    await api(two.url, ann, 'PATCH', '/channels/ann', { title: 'Changed' });
    await api(two.url, ann, 'PATCH', `/broadcasts/${id}`, { visibility: 'unlisted' });
    await vi.waitUntil(async () => (await broadcast(one))?.title === 'Changed', LIMIT);
    await vi.waitUntil(async () => (await broadcast(one))?.visibility === 'unlisted', LIMIT);
    expect(await broadcast(two)).toMatchObject({ id, state: 'live' });
    await api(two.url, ann, 'DELETE', '/channels/ann');
    await vi.waitUntil(() => one.app.get(LiveChannels).liveChannelIds().length === 0, LIMIT);
  });

  it('are not affected by the start of another node', { timeout: 60_000 }, async () => {
    const { id } = await publish(one);
    const three = await nodes.start('three', GRACE);
    expect(await isIn(three, 'live')).toMatchObject({ id });
    await expectRow({ state: 'LIVE', epoch: 1, nodeId: idOf(one) });
    await nodes.stop(three);
    expect(await broadcast(one)).toMatchObject({ id, state: 'live' });
  });

  it('are not changed by a node that lost them', { timeout: 60_000 }, async () => {
    const { id } = await publish(one);
    const told = vi.fn<(state: string | undefined) => void>();
    one.app.get(LiveChannels).events.on('stateChanged', (live) => {
      told(live.broadcast?.phase.name);
    });
    // If the broadcast hadn't begun, its new origin node would drop it.
    await expectRow({ state: 'LIVE' });
    await db().broadcast.update({ where: { id }, data: { nodeId: idOf(two), epoch: 2 } });
    const channelId = (await rows())[0]!.channelId;
    const { broadcast: zombie } = one.app.get(LiveChannels).find(channelId)!;
    await vi.waitUntil(() => one.app.get(LiveChannels).find(channelId)?.broadcast == null, LIMIT);
    zombie?.end('publisher_ended');
    expect(told).not.toHaveBeenCalledWith('ended');
    // The other node notices that it now has the broadcast.
    await vi.waitUntil(async () => (await rows())[0]!.epoch > 2, LIMIT);
    await expectRow({ nodeId: idOf(two), state: 'INTERRUPTED' });
    expect(await broadcast(two)).toMatchObject({ id, state: 'interrupted' });
  });

  it('are handed to the other nodes by a node that stops', { timeout: 90_000 }, async () => {
    const { id } = await publish(one);
    await nodes.stop(one);
    expect(await isIn(two, 'interrupted')).toMatchObject({ id });
    await publish(two);
    expect(await broadcast(two)).toMatchObject({ id, state: 'live' });
  });

  it('end with the last node', { timeout: 60_000 }, async () => {
    await nodes.stop(one);
    const { id } = await publish(two);
    await nodes.stop(two);
    one = await nodes.start('one', GRACE);
    const ended = { id, state: 'ENDED', endReason: 'SERVER_STOPPED' };
    await expect.poll(() => rows(one), LIMIT).toMatchObject([ended]);
  });

  describe('of a node that is killed', () => {
    let killed: ServerProcess;
    beforeEach(async () => {
      killed = await ServerProcess.start({
        DATABASE_URL: nodes.databaseUrl,
        SECRET_KEY: NODES_SECRET,
        NODE_URL: `http://127.0.0.1:${await freePort()}`,
        NODE_NAME: 'killed',
        RTC_ANNOUNCED_ADDRESS: '127.0.0.1',
        RTC_WORKERS: '1',
        ...GRACE,
      });
    }, 60_000);
    afterEach(() => killed.close());

    it('continue on another node', { timeout: 120_000 }, async () => {
      const { publisher, id } = await publish(killed);
      await isIn(two, 'live');
      await killed.kill();
      await publisher.vanish();
      await vi.waitUntil(async () => (await program(two).publish()).status === 201, {
        timeout: 60_000,
        interval: 250,
      });
      expect(await isIn(one, 'live')).toMatchObject({ id });
      // The first node to notice the loss takes the broadcast over, and may have passed it on
      // since.
      const all = await rows();
      expect(all).toMatchObject([{ id, nodeId: idOf(two) }]);
      expect(all[0]?.epoch).toBeGreaterThan(1);
    });

    it('end once, after the grace period', { timeout: 120_000 }, async () => {
      const { id } = await publish(killed);
      await isIn(two, 'live');
      const ended: string[] = [];
      for (const node of [one, two])
        node.app.get(LiveChannels).events.on('stateChanged', ({ broadcast: own }) => {
          if (own?.phase.name === 'ended') ended.push(own.id);
        });
      await killed.kill();
      await isIn(one, 'interrupted');
      await vi.waitUntil(async () => (await broadcast(one)) === null, {
        ...LIMIT,
        timeout: 60_000,
      });
      await expectRow({ id, state: 'ENDED', epoch: 2, endReason: 'GRACE_ELAPSED' });
      expect(ended).toEqual([id]);
    });
  });
});
