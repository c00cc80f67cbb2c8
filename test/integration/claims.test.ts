import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FirstAdministrator } from '../../src/admin/first-administrator.js';
import { HlsAuthorizer } from '../../src/access/hls-authorizer.js';
import { LOG, type Log } from '../../src/common/logger.js';
import { Jobs } from '../../src/db/jobs.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { Sample } from '../../src/statistics/sample.js';
import { SampleRepository } from '../../src/statistics/sample.repository.js';
import { BroadcastWebhooks } from '../../src/webhooks/broadcast-webhooks.js';
import { WebhookDispatcher } from '../../src/webhooks/webhook-dispatcher.js';
import { setupToken } from '../support/administrator.js';
import type { TestApp } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { TestNodes } from '../support/nodes.js';
import { ask, type ClientSocket, disconnected, openSocket, request } from '../support/sockets.js';

const ROUNDS = 12;
const cookieOf = (client: HttpClient) =>
  [...client.cookies].map((pair) => pair.join('=')).join('; ');

describe.skipIf(!process.env.TEST_DATABASE_URL)('two nodes', () => {
  let nodes: TestNodes;
  let services: readonly TestApp[];
  let db: PrismaService;

  beforeAll(async () => {
    nodes = await TestNodes.open();
    services = [await nodes.start('node-1'), await nodes.start('node-2')];
    db = node(0).app.get(PrismaService);
  });
  afterAll(() => nodes.close());

  function node(nth: number): TestApp {
    const service = services[nth];
    if (!service) throw new Error(`there is no node ${nth}`);
    return service;
  }

  /** Returns a client with the same login on another node. */
  function at(nth: number, { cookies }: HttpClient): HttpClient {
    const client = new HttpClient(node(nth).url);
    for (const [name, value] of cookies) client.cookies.set(name, value);
    return client;
  }

  it('accept one link for the first administrator, once', async () => {
    const [token, other] = await Promise.all([setupToken(node(0)), setupToken(node(1))]);
    expect(other).toBe(token);
    const ann = await loggedIn(node(0).url, 'first-ann');
    const wrong = await ann.post('/api/setup/claim', { token: `${token}x` });
    expect(wrong.status).toBe(403);
    const create = (nth: number, username: string) =>
      new HttpClient(node(nth).url).post('/api/setup', { token, username, password: PASSWORD });
    const answers = await Promise.all([
      create(0, 'boss-1'),
      create(1, 'boss-2'),
      at(0, ann).post('/api/setup/claim', { token }),
      at(1, ann).post('/api/setup/claim', { token }),
    ]);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(answers.filter(({ error }) => error?.code === 'forbidden')).toHaveLength(3);
    expect(await db.account.count({ where: { isAdmin: true } })).toBe(1);
    expect(await node(1).app.get(FirstAdministrator).link()).toBeNull();
  });

  it('let one of two moderators decide about a held message', async () => {
    const ann = await loggedIn(node(0).url, 'held-ann');
    const bob = await loggedIn(node(0).url, 'held-bob');
    const channel = 'held';
    await ann.post('/api/channels', { name: channel });
    const open = async (nth: number, client: HttpClient): Promise<ClientSocket> => {
      const socket = await openSocket(node(nth).url, { cookie: cookieOf(client) });
      await request(socket, 'chat:join', { channel });
      return socket;
    };
    const [first, second, writer] = [await open(0, ann), await open(1, ann), await open(0, bob)];
    await request(first, 'chat:change-settings', { channel, rules: { holdLinks: true } });
    let approved = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = `https://example.com/${round}`;
      const written = { channel, text, nonce: randomUUID() };
      // A writer may have to wait a moment between two messages.
      await expect.poll(async () => (await ask(writer, 'chat:send', written)).ok).toBe(true);
      const [message] = (await request(first, 'chat:held', { channel })).held;
      const judge = (socket: ClientSocket, approve: boolean) =>
        ask(socket, 'chat:judge', { channel, heldId: message?.id, approve });
      const approval = round % 2 === 0 ? first : second;
      const [yes, no] = await Promise.all([
        judge(approval, true),
        judge(approval === first ? second : first, false),
      ]);
      expect([yes, no].filter((reply) => reply?.ok)).toHaveLength(1);
      expect(yes?.ok ? no : yes).toMatchObject({ error: { code: 'not_found' } });
      if (yes?.ok) approved += 1;
      expect((await request(first, 'chat:held', { channel })).held).toEqual([]);
    }
    const { id } = await db.channel.findUniqueOrThrow({ where: { name: channel } });
    expect(await db.chatMessage.count({ where: { channelId: id } })).toBe(approved);
    for (const socket of [first, second, writer]) socket.disconnect();
  });

  it('add up the samples of a step in which a broadcast moved between them', async () => {
    const ann = await loggedIn(node(0).url, 'moved-ann');
    await ann.post('/api/channels', { name: 'moved' });
    const channel = await db.channel.findUniqueOrThrow({ where: { name: 'moved' } });
    const now = new Date();
    const { id } = await db.broadcast.create({
      data: {
        id: randomUUID(),
        channelId: channel.id,
        title: '',
        state: 'LIVE',
        startedAt: now,
        lastSeenAt: now,
      },
    });
    const sample = (epoch: number, counts: Partial<Sample>): Sample => ({
      broadcastId: id,
      step: 0,
      viewers: 0,
      watchS: 0,
      messages: 0,
      epoch,
      ...counts,
    });
    const first = [sample(1, { viewers: 5, watchS: 20, messages: 2 })];
    const second = [sample(2, { viewers: 3, watchS: 12, messages: 1 })];
    // A second attempt, after a lost reply, has no effect.
    for (const _attempt of [1, 2]) {
      await node(0).app.get(SampleRepository).store(first);
      await node(1).app.get(SampleRepository).store(second);
    }
    const { body } = await ann.get(`/api/broadcasts/${id}/statistics`);
    expect(body).toMatchObject({ viewers: [5], messages: [3], watchTimeS: 32 });
  });

  it('accept each other’s playback tokens, which end with the login', async () => {
    const ann = await loggedIn(node(0).url, 'token-ann');
    await ann.post('/api/channels', { name: 'private-tea' });
    const patch = { body: { visibility: 'private' } };
    await ann.request('PATCH', '/api/channels/private-tea/access', patch);
    const { body } = await ann.get('/api/channels/private-tea/playback');
    const { hls } = body as { hls: string };
    expect(hls).toContain('/~');
    const isAllowed = async (nth: number) =>
      (await node(nth).app.get(HlsAuthorizer).open(hls)).isAllowed;
    expect(await isAllowed(0)).toBe(true);
    expect(await isAllowed(1)).toBe(true);
    const elsewhere = new HttpClient(node(0).url);
    await elsewhere.post('/api/auth/login', { username: 'token-ann', password: PASSWORD });
    const socket = await openSocket(node(0).url, { cookie: cookieOf(ann) });
    const cut = disconnected(socket);
    expect((await at(1, ann).post('/api/auth/logout', {})).status).toBeLessThan(300);
    await cut;
    await expect.poll(() => isAllowed(0)).toBe(false);
    await expect.poll(() => isAllowed(1)).toBe(false);
    // The other login of the same account isn't affected.
    expect((await elsewhere.get('/api/channels/private-tea/playback')).status).toBe(200);
  });

  it('count wrong passwords together, but not correct ones', async () => {
    const ann = await loggedIn(node(0).url, 'guessed-ann');
    await ann.post('/api/auth/logout', {});
    const logIn = (nth: number, password: string) =>
      new HttpClient(node(nth).url).post('/api/auth/login', { username: 'guessed-ann', password });
    for (const nth of [0, 1]) expect((await logIn(nth, PASSWORD)).status).toBe(200);
    expect(await db.guess.count()).toBe(0);
    // Ten are allowed from one address.
    for (let count = 0; count < 10; count += 1)
      expect((await logIn(count % 2, 'not her password')).error?.code).toBe('wrong_credentials');
    expect(await db.guess.count()).toBeGreaterThan(0);
    for (const nth of [0, 1])
      expect((await logIn(nth, 'not her password')).error?.code).toBe('rate_limited');
  });

  it('do periodic work once per period, no matter which of them is running', async () => {
    const [first, second] = [node(0).app.get(Jobs), node(1).app.get(Jobs)];
    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, nth) => (nth % 2 ? first : second).claim('once', 60_000)),
    );
    expect(claims.filter((isMine) => isMine)).toHaveLength(1);
    expect(await first.claim('short', 1)).toBe(true);
    await expect.poll(() => second.claim('short', 60_000)).toBe(true);
    let done = 0;
    const log = node(0).app.get<Log>(LOG);
    const job = { name: 'often', everyMs: 100, work: async () => void (done += 1), log };
    const stop = [first.every(job), second.every(job)];
    await expect.poll(() => done).toBeGreaterThan(1);
    // One of the nodes stops.
    stop[0]?.();
    const before = done;
    await expect.poll(() => done).toBeGreaterThan(before + 1);
    stop[1]?.();
  });

  it('announce an end that the broadcast’s node did not announce, once', async () => {
    const ann = await loggedIn(node(0).url, 'ended-ann');
    await ann.post('/api/channels', { name: 'ended' });
    const webhook = { url: 'https://example.com/', events: ['broadcast.ended'] };
    for (const { app } of services)
      vi.spyOn(app.get(WebhookDispatcher), 'wake').mockReturnValue(undefined);
    expect((await ann.post('/api/channels/ended/webhooks', webhook)).status).toBe(201);
    const channel = await db.channel.findUniqueOrThrow({ where: { name: 'ended' } });
    const endedAt = new Date(Date.now() - 60_000);
    const { id } = await db.broadcast.create({
      data: {
        id: randomUUID(),
        channelId: channel.id,
        title: 'Tea',
        state: 'ENDED',
        endReason: 'SERVER_STOPPED',
        startedAt: endedAt,
        lastSeenAt: endedAt,
        endedAt,
        liveToldAt: endedAt,
        epoch: 3,
      },
    });
    await Promise.all(services.map(({ app }) => app.get(BroadcastWebhooks).announceMissedEnds()));
    const deliveries = await db.webhookDelivery.findMany();
    expect(deliveries.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { event: 'broadcast.ended', data: { broadcastId: id, reason: 'server_stopped' } },
    ]);
    await db.webhook.deleteMany();
    vi.restoreAllMocks();
  });
});
