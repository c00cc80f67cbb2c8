import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Playback } from '../../src/protocol/access.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { ChatMessage } from '../../src/protocol/chat.js';
import { hasFakeClocks, Lab, type LabNode, noLab } from '../support/lab/lab.js';
import { api, guestCookie, type Person, register, registerWithChannel } from '../support/people.js';
import {
  ask,
  type ClientSocket,
  disconnected,
  next,
  openSocket,
  request,
} from '../support/sockets.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';

if (noLab !== null)
  process.stderr.write(`Not tested: several nodes in their own networks, because ${noLab}.\n`);

const LIMIT = { timeout: 90_000, interval: 100 };
/** The difference between the nodes' clocks: that of `n2` is ahead. */
const APART_MS = 2_000;
/**
 * How long revoked access can continue on any node. Normally it ends within tens of milliseconds,
 * and it should never last a second; a busy machine needs more. The limit is below three seconds,
 * so that the periodic check, every three seconds, can't be what ends it.
 */
const CUT_WITHIN_MS = 2_500;
const PASSWORD = 'open sesame';

describe.skipIf(noLab !== null)('three nodes behind HAProxy, with different clocks', () => {
  let lab: Lab;
  let ahead: LabNode;
  let others: readonly LabNode[];
  let channels = 0;

  beforeAll(async () => {
    lab = await Lab.open({ GRACE_SECONDS: '45' }, { clocksAheadMs: { n2: APART_MS } });
    ahead = lab.node('n2');
    others = [lab.node('n1'), lab.node('n3')];
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(lab.output);
  });
  afterAll(() => lab?.close());

  async function connect(node: { url: string }, cookie: string): Promise<ClientSocket> {
    const socket = await openSocket(node.url, { cookie });
    onTestFinished(() => void socket.disconnect());
    return socket;
  }

  async function makeChannel() {
    const name = `channel-${(channels += 1)}`;
    const owner = await registerWithChannel(lab.url, name);
    const path = `/channels/${name}/stream-key`;
    const { streamKey: key } = await api<{ streamKey: string }>(lab.url, owner, 'POST', path);
    return { name, owner, key };
  }

  const setAccess = (name: string, owner: Person, body: object) =>
    api(lab.url, owner, 'PATCH', `/channels/${name}/access`, body);

  function program(node: { url: string }, channel: string, key: string): WeriftPublisher {
    const film = { video: 'h264', audio: true, size: '320x180' } as const;
    const publisher = new WeriftPublisher({ url: node.url, channel, key, film });
    onTestFinished(() => publisher.vanish());
    return publisher;
  }

  const isIn = (node: { url: string }, name: string, state: string, who: Person | null = null) =>
    vi.waitUntil(async () => {
      const view = api<ChannelView>(node.url, who, 'GET', `/channels/${name}`);
      const now = await view.then(({ broadcast }) => broadcast).catch(() => null);
      return now?.state === state && now;
    }, LIMIT);

  it.skipIf(!hasFakeClocks)('have different clocks, and log it', async () => {
    const clocks = await Promise.all(
      [ahead, ...others].map(async (node) => {
        const { serverMs } = await request(await connect(node, ''), 'clock:ping', {});
        return serverMs;
      }),
    );
    const [first = 0, ...rest] = clocks;
    for (const other of rest) expect(first - other).toBeGreaterThan(APART_MS / 2);
    expect(ahead.output).toContain('the database’s clock differ');
    for (const { output } of others) expect(output).not.toContain('the database’s clock differ');
  });

  it('are one service: an account created on one node can log in on all', async () => {
    const person = await register(ahead.url, 'rosa');
    for (const { url } of [lab, ...lab.nodes]) {
      const me = await fetch(`${url}/api/me`, { headers: { cookie: person.cookie } });
      expect(await me.json()).toMatchObject({ username: 'rosa' });
    }
  });

  it('accept each other’s passes, playback addresses and messages at once', async () => {
    const { name, owner, key } = await makeChannel();
    const publisher = program(ahead, name, key);
    expect((await publisher.publish()).status).toBe(201);
    await vi.waitUntil(async () => (await isIn(ahead, name, 'live')).hls === 'ready', LIMIT);
    await setAccess(name, owner, { visibility: 'password', password: PASSWORD });
    for (const from of lab.nodes) {
      const guest = await guestCookie(from.url);
      const unlocked = await vi.waitUntil(async () => {
        const response = await fetch(`${from.url}/api/channels/${name}/unlock`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', cookie: guest },
          body: JSON.stringify({ password: PASSWORD }),
        });
        return response.status === 204 && response;
      }, LIMIT);
      const pass = unlocked.headers.getSetCookie().map((line) => line.split(';')[0]);
      const visitor = { username: '', cookie: [guest, ...pass].join('; ') };
      const { hls } = await api<Playback>(from.url, visitor, 'GET', `/channels/${name}/playback`);
      for (const to of lab.nodes) {
        await api(to.url, visitor, 'GET', `/channels/${name}`);
        await vi.waitUntil(async () => (await fetch(`${to.url}${hls}`)).status === 200, LIMIT);
      }
    }
  });

  it('apply slow mode to a person who chats on two of them', async () => {
    const { name, owner } = await makeChannel();
    const moderator = await connect(others[0]!, owner.cookie);
    await request(moderator, 'chat:change-settings', { channel: name, rules: { slowModeS: 60 } });
    const member = await register(lab.url, `${name}-m`);
    const told: ChatMessage[] = [];
    moderator.on('chat:messages', ({ messages }) => told.push(...messages));
    await request(moderator, 'chat:join', { channel: name });
    const write = async (node: LabNode) => {
      const message = { channel: name, nonce: randomUUID(), text: 'hello', guestName: 'gast' };
      const reply = await ask(await connect(node, member.cookie), 'chat:send', message);
      return reply.ok ? 'accepted' : reply.error.code;
    };
    expect(await write(ahead)).toBe('accepted');
    for (const node of [...others, ahead]) expect(await write(node)).toBe('slow_mode');
    await expect.poll(() => told.map(({ text }) => text), LIMIT).toEqual(['hello']);
  });

  it.each(['account', 'guest'])('cut off a banned %s everywhere at once', async (kind) => {
    const { name, owner } = await makeChannel();
    await setAccess(name, owner, { visibility: 'password', password: PASSWORD });
    const moderator = await connect(others[0]!, owner.cookie);
    const identity =
      kind === 'guest' ? await guestCookie(lab.url) : (await register(lab.url, `${name}-m`)).cookie;
    const unlocked = await vi.waitUntil(async () => {
      const response = await fetch(`${lab.url}/api/channels/${name}/unlock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: identity },
        body: JSON.stringify({ password: PASSWORD }),
      });
      return response.status === 204 && response;
    }, LIMIT);
    const pass = unlocked.headers.getSetCookie().map((line) => line.split(';')[0]);
    const cookie = [identity, ...pass].join('; ');
    const sockets = [];
    for (const node of lab.nodes) {
      const socket = await connect(node, cookie);
      await request(socket, 'viewer:join', { channel: name });
      await request(socket, 'chat:join', { channel: name });
      sockets.push(socket);
    }
    const message = { channel: name, nonce: randomUUID(), text: 'hello', guestName: 'gast' };
    const { seq } = await request(sockets[0]!, 'chat:send', message);
    const closed = sockets.map(async (socket) => {
      const [[{ code }]] = await Promise.all([
        next(socket, 'channel:closed'),
        disconnected(socket),
      ]);
      return { code, atMs: performance.now() };
    });
    await request(moderator, 'chat:ban', { channel: name, seq });
    const repliedAtMs = performance.now();
    for (const { code, atMs } of await Promise.all(closed)) {
      expect(code).toBe('channel_not_found');
      expect(atMs - repliedAtMs).toBeLessThan(CUT_WITHIN_MS);
    }
  });

  it('answer a WHEP player on whichever node its requests reach', async () => {
    const { name, key } = await makeChannel();
    const publisher = program(ahead, name, key);
    expect((await publisher.publish()).status).toBe(201);
    for (const node of lab.nodes) await isIn(node, name, 'live');
    const payloadTypes = { audio: 96, video: 97 };
    const player = new WeriftViewer({ url: lab.url, channel: name, payloadTypes });
    onTestFinished(() => player.vanish());
    expect((await player.watch()).status).toBe(201);
    await vi.waitUntil(() => player.packets.video > 20, LIMIT);
    const path = new URL(player.resource).pathname;
    for (const { url } of [lab, ...lab.nodes]) {
      const stop = new AbortController();
      const events = await fetch(`${url}${path}/sse`, { signal: stop.signal });
      const { value } = await events.body!.pipeThrough(new TextDecoderStream()).getReader().read();
      expect(value).toContain('event: active');
      stop.abort();
      const choice = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const layer = await fetch(`${url}${path}/layer`, { ...choice, body: '{"encodingId":"0"}' });
      expect(layer.status).toBe(200);
    }
    // Without a cookie, HAProxy chooses a node for each request.
    expect((await player.end()).status).toBe(200);
    for (const { url } of lab.nodes) expect((await fetch(`${url}${path}`)).status).toBe(404);
  });

  it.skipIf(!hasFakeClocks)('send viewers the offset of the clock used for HLS dates', async () => {
    const { name, key } = await makeChannel();
    const publisher = program(ahead, name, key);
    expect((await publisher.publish()).status).toBe(201);
    for (const node of lab.nodes) await isIn(node, name, 'live');
    for (const node of lab.nodes) {
      const socket = await connect(node, '');
      const told: (number | undefined)[] = [];
      socket.on('channel:stats', ({ programAheadMs }) => told.push(programAheadMs));
      await request(socket, 'viewer:join', { channel: name });
      await vi.waitUntil(() => told.length > 0, LIMIT);
      const expectedMs = node === ahead ? 0 : APART_MS;
      expect(Math.abs((told[0] ?? 0) - expectedMs)).toBeLessThan(APART_MS / 4);
    }
  });

  it('leave a broadcast on its new origin node when the former one returns', async () => {
    const { name, key } = await makeChannel();
    const [origin, heir, third] = [ahead, others[0]!, others[1]!];
    const publisher = program(origin, name, key);
    expect((await publisher.publish()).status).toBe(201);
    const { id } = await isIn(third, name, 'live');
    const row = async () => {
      const [found] = await lab.query<{ state: string; epoch: number; name: string }>(
        `SELECT state::text, epoch, nodes.name FROM broadcasts
         LEFT JOIN nodes ON nodes.id = node_id WHERE broadcasts.id = $1`,
        [id],
      );
      return found;
    };
    // The database is updated later: a state is stored after clients are notified of it.
    await vi.waitUntil(async () => (await row())?.state === 'LIVE', LIMIT);
    expect(await row()).toMatchObject({ epoch: 1, name: origin.name });
    await lab.network.cut(origin.host);
    await publisher.vanish();
    const again = program(heir, name, key);
    await vi.waitUntil(
      async () => (await again.publish().catch(() => null))?.status === 201,
      LIMIT,
    );
    await vi.waitUntil(async () => (await row())?.state === 'LIVE', LIMIT);
    const moved = await row();
    expect(moved?.name).toBe(heir.name);
    expect(moved?.epoch).toBeGreaterThan(1);
    await lab.network.mend(origin.host);
    // The former origin node learns that it lost the broadcast, and shows the new node's broadcast.
    await vi.waitUntil(() => origin.output.includes('another node continues the broadcast'), LIMIT);
    for (const node of lab.nodes) expect(await isIn(node, name, 'live')).toMatchObject({ id });
    expect(await row()).toEqual(moved);
  });

  it('continue to serve while one of them is killed, cut off, or suspended', async () => {
    const [one, two, three] = lab.nodes;
    if (!one || !two || !three) throw new Error('three nodes were expected');
    await one.end('SIGKILL');
    await expect.poll(() => lab.statusOf('/readyz')).toBe(200);
    await one.start();
    await lab.network.cut(two.host);
    await expect.poll(() => lab.statusOf('/readyz')).toBe(200);
    await lab.network.mend(two.host);
    three.signal('SIGSTOP');
    await expect.poll(() => lab.statusOf('/readyz')).toBe(200);
    three.signal('SIGCONT');
    for (const { url } of lab.nodes)
      await expect
        .poll(() =>
          fetch(`${url}/readyz`).then(
            ({ status }) => status,
            () => 0,
          ),
        )
        .toBe(200);
  });
});
