import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Playback } from '../../src/protocol/access.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { type Cluster, CLUSTER } from '../../src/cluster/cluster.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { TestApp } from '../support/app.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { TestNodes } from '../support/nodes.js';
import { h264Viewer } from '../support/rtc.js';
import { disconnected, next, openSocket, request } from '../support/sockets.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 45_000, interval: 20 };
/**
 * How long revoked access can continue on any node. Normally it ends within tens of milliseconds,
 * and it should never last a second; a busy machine needs more. The limit is below three seconds,
 * so that the periodic check, every three seconds, can't be what ends it.
 */
const CUT_WITHIN_MS = 2_500;
const PASSWORD = 'open sesame';

const cookieOf = ({ cookies }: HttpClient) =>
  [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');

describe.skipIf(!process.env.TEST_DATABASE_URL)('on another node', () => {
  let nodes: TestNodes;
  /** The publisher's node, which also receives the owner's requests. */
  let origin: TestApp;
  /** The viewers' node. */
  let edge: TestApp;
  let owner: HttpClient;
  let count = 0;

  beforeAll(async () => {
    nodes = await TestNodes.open();
    const settings = { CHANNELS_PER_ACCOUNT: '100', BROADCASTS_PER_ACCOUNT: '100' };
    origin = await nodes.start('origin', settings);
    edge = await nodes.start('edge', settings);
    owner = await loggedIn(origin.url, 'owner');
  }, 60_000);
  afterAll(() => nodes?.close());

  const change = async (method: string, path: string, body: object = {}) => {
    const { status } = await owner.request(method, path, { body });
    expect(status).toBeOneOf([200, 204]);
  };
  const setAccess = (name: string, body: object) =>
    change('PATCH', `/api/channels/${name}/access`, body);

  /** Creates a live channel; resolves when its HLS can be fetched from the edge. */
  async function goLive() {
    const name = `channel-${(count += 1)}`;
    await owner.post('/api/channels', { name });
    const { body } = await owner.post(`/api/channels/${name}/stream-key`);
    const { streamKey: key } = body as { streamKey: string };
    const film = { video: 'h264', audio: true, size: '320x180' } as const;
    const publisher = new WeriftPublisher({ url: origin.url, channel: name, key, film });
    onTestFinished(() => publisher.vanish());
    const { status, headers } = await publisher.publish();
    expect(status).toBe(201);
    const resource = new URL(headers.get('location') ?? '', origin.url).href;
    const broadcast = await vi.waitUntil(async () => {
      const now = (await owner.get(`/api/channels/${name}`)).body as ChannelView;
      return now.broadcast?.hls === 'ready' && now.broadcast;
    }, LIMIT);
    return { name, publisher, resource, broadcast };
  }

  const newMember = async (channel: string) => {
    const name = `member-${(count += 1)}`;
    const member = await loggedIn(edge.url, name);
    await setAccess(channel, { visibility: 'private' });
    await change('PUT', `/api/channels/${channel}/members/${name}`);
    return { name, member };
  };

  const unlocked = async (channel: string, who: HttpClient) => {
    expect((await who.post(`/api/channels/${channel}/unlock`, { password: PASSWORD })).status).toBe(
      204,
    );
    return who;
  };

  /** Watches over a socket, WHEP and HLS from the edge, as soon as the edge admits the viewer. */
  async function watch(name: string, who = new HttpClient(edge.url)) {
    await vi.waitUntil(async () => (await who.get(`/api/channels/${name}`)).status === 200, LIMIT);
    const cookie = cookieOf(who);
    const socket = await openSocket(edge.url, cookie === '' ? {} : { cookie });
    onTestFinished(() => void socket.disconnect());
    const { media } = await request(socket, 'viewer:join', {
      channel: name,
      rtpCapabilities: h264Viewer,
    });
    expect(media?.consumers).toHaveLength(2);
    await request(socket, 'chat:join', { channel: name });
    const player = new WeriftViewer({
      url: edge.url,
      channel: name,
      payloadTypes: { audio: 96, video: 97 },
      cookie,
    });
    onTestFinished(() => player.vanish());
    expect(await player.watch()).toMatchObject({ status: 201 });
    await vi.waitUntil(() => player.packets.video > 10, LIMIT);
    const { hls } = (await who.get(`/api/channels/${name}/playback`)).body as Playback;
    const fetched = async () => (await fetch(`${edge.url}${hls}`)).status;
    await vi.waitUntil(async () => (await fetched()) === 200, LIMIT);
    const told = Promise.race([
      next(socket, 'channel:closed').then(([{ code }]) => code),
      next(socket, 'channel:deleted').then(() => 'deleted'),
    ]);
    const hasEnded = async () => (await player.request('GET', player.resource, {})).status === 404;
    return { socket, told, gone: disconnected(socket), hasEnded, fetched };
  }
  type Watching = Awaited<ReturnType<typeof watch>>;

  /** Revokes access; resolves with the viewer's error code once each way of watching is closed. */
  async function cut({ told, gone, hasEnded, fetched }: Watching, revoke: () => Promise<unknown>) {
    await revoke();
    const repliedAtMs = performance.now();
    const ms = async (done: Promise<unknown>) => {
      await done;
      return performance.now() - repliedAtMs;
    };
    const code = await told;
    const within = {
      socket: await ms(code === 'deleted' ? told : gone),
      whep: await ms(vi.waitUntil(hasEnded, LIMIT)),
      hls: await ms(vi.waitUntil(async () => (await fetched()) !== 200, LIMIT)),
    };
    const late = Object.entries(within).filter(([, tookMs]) => tookMs > CUT_WITHIN_MS);
    expect(late).toEqual([]);
    return code;
  }

  describe('a viewer is cut off at once', () => {
    it('when the channel becomes private', async () => {
      const { name } = await goLive();
      const viewer = await watch(name);
      const code = await cut(viewer, () => setAccess(name, { visibility: 'private' }));
      expect(code).toBe('channel_not_found');
    });

    it('when a password is set, and when it is changed', async () => {
      const { name } = await goLive();
      const guest = new HttpClient(edge.url);
      const before = await watch(name, guest);
      const set = (password: string) => () => setAccess(name, { visibility: 'password', password });
      expect(await cut(before, set(PASSWORD))).toBe('password_required');
      const after = await watch(name, await unlocked(name, guest));
      expect(await cut(after, set('another one'))).toBe('password_required');
    });

    it('when the broadcast becomes private', async () => {
      const { name, broadcast } = await goLive();
      const viewer = await watch(name);
      const narrow = () =>
        change('PATCH', `/api/broadcasts/${broadcast.id}`, { visibility: 'private' });
      expect(await cut(viewer, narrow)).toBe('channel_not_found');
    });

    it('when they are removed from the list', async () => {
      const { name } = await goLive();
      const { name: username, member } = await newMember(name);
      const viewer = await watch(name, member);
      const remove = () => change('DELETE', `/api/channels/${name}/members/${username}`);
      expect(await cut(viewer, remove)).toBe('channel_not_found');
    });

    it('when they are banned', async () => {
      const { name } = await goLive();
      const moderator = await openSocket(origin.url, { cookie: cookieOf(owner) });
      onTestFinished(() => void moderator.disconnect());
      const { name: username, member } = await newMember(name);
      const viewer = await watch(name, member);
      const ban = () =>
        request(moderator, 'chat:command', { channel: name, text: `/ban ${username}` });
      expect(await cut(viewer, ban)).toBe('channel_not_found');
    });

    it('when they are banned as a guest', async () => {
      const { name } = await goLive();
      const moderator = await openSocket(origin.url, { cookie: cookieOf(owner) });
      onTestFinished(() => void moderator.disconnect());
      await setAccess(name, { visibility: 'password', password: PASSWORD });
      const guest = new HttpClient(edge.url);
      await guest.get('/api/me');
      const viewer = await watch(name, await unlocked(name, guest));
      const { seq } = await request(viewer.socket, 'chat:send', {
        channel: name,
        nonce: crypto.randomUUID(),
        text: 'hello',
        guestName: 'gast',
      });
      const ban = () => request(moderator, 'chat:ban', { channel: name, seq });
      expect(await cut(viewer, ban)).toBe('channel_not_found');
    });

    it('when the channel is deleted', async () => {
      const { name } = await goLive();
      const viewer = await watch(name);
      expect(await cut(viewer, () => change('DELETE', `/api/channels/${name}`))).toBe('deleted');
    });
  });

  // The tests change the database directly, as if the message about the change had been lost.
  describe('a change whose message was lost is noticed with the next messages', () => {
    const db = () => origin.app.get(PrismaService);
    const restore = async () => {
      expect(await nodes.cutSession(edge.app.get<Cluster>(CLUSTER))).toBe(true);
    };

    it('if the channel became private', async () => {
      const { name } = await goLive();
      const viewer = await watch(name);
      await db().channel.update({
        where: { name },
        data: { visibility: 'PRIVATE', accessVersion: { increment: 1 } },
      });
      expect(await cut(viewer, restore)).toBe('channel_not_found');
    });

    it('if the channel was deleted', async () => {
      const { name } = await goLive();
      const viewer = await watch(name);
      await db().channel.delete({ where: { name } });
      expect(await cut(viewer, restore)).toBe('channel_not_found');
    });
  });

  it('an encoder is disconnected soon if the message that its key was changed is lost', async () => {
    const { name, resource } = await goLive();
    await origin.app
      .get(PrismaService)
      .channel.update({ where: { name }, data: { streamKeyHash: null, streamKeyAt: null } });
    await vi.waitUntil(async () => {
      const { body } = await owner.get(`/api/channels/${name}`);
      return (body as ChannelView).broadcast?.state === 'interrupted';
    }, LIMIT);
    expect((await fetch(resource, { method: 'DELETE' })).status).toBe(404);
  });

  it.each(['POST', 'DELETE'])(
    'the encoder is disconnected at once by %s of the stream key',
    async (method) => {
      const { name, publisher, resource } = await goLive();
      const mine = new HttpClient(edge.url);
      for (const [key, value] of owner.cookies) mine.cookies.set(key, value);
      await mine.request(method, `/api/channels/${name}/stream-key`, { body: {} });
      const repliedAtMs = performance.now();
      await vi.waitUntil(async () => {
        const { broadcast } = (await mine.get(`/api/channels/${name}`)).body as ChannelView;
        return broadcast?.state === 'interrupted';
      }, LIMIT);
      expect(performance.now() - repliedAtMs).toBeLessThan(CUT_WITHIN_MS);
      expect((await publisher.request('DELETE', resource, {})).status).toBe(401);
      expect((await fetch(resource, { method: 'DELETE' })).status).toBe(404);
    },
  );
});
