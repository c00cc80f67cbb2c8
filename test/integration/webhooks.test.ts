import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
  vi,
} from 'vitest';
import { LiveChannels } from '../../src/broadcast/live-channels.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { WebhookAdded, WebhookDeliveryView } from '../../src/protocol/webhook.js';
import { WebhookEvents } from '../../src/webhooks/webhook-events.js';
import { WebhookDispatcher } from '../../src/webhooks/webhook-dispatcher.js';
import { AddressRule } from '../../src/security/destinations/address-rule.js';
import { OwnAddresses } from '../../src/security/destinations/own-addresses.js';
import { WebhookSender } from '../../src/webhooks/webhook-sender.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { openSocket, request as ask } from '../support/sockets.js';
import { pretendArrival } from '../support/media-arrival.js';
import { stopClock } from '../support/stop-clock.js';
import { allowLoopback, type Received, Receiver } from '../support/webhook-receiver.js';

const add = async (client: HttpClient, url: string, events = ['broadcast.live']) => {
  const { status, body } = await client.post('/api/channels/tea/webhooks', { url, events });
  expect(status).toBe(201);
  return body as WebhookAdded;
};

function isSignedWith(secret: string, told: Received | undefined): boolean {
  const header = String(told?.headers['onair-signature']);
  const [, time = '', signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const hmac = createHmac('sha256', secret).update(`${time}.${told?.body}`);
  return hmac.digest('hex') === signature;
}

const deliveriesOf = async (client: HttpClient, id: string) =>
  (await client.get(`/api/channels/tea/webhooks/${id}/deliveries`)).body as WebhookDeliveryView[];

async function tell(server: TestApp): Promise<void> {
  const channel = await server.app
    .get(PrismaService)
    .channel.findUniqueOrThrow({ where: { name: 'tea' } });
  const events = server.app.get(WebhookEvents);
  events.enqueue(channel, 'broadcast.live', {
    broadcastId: randomUUID(),
    title: 'Tea',
    startedAt: new Date(0).toISOString(),
  });
  await events.settled();
}

/** Makes all waiting deliveries due. */
async function makeDue(server: TestApp): Promise<void> {
  await server.app.get(PrismaService).webhookDelivery.updateMany({
    where: { nextAttemptAt: { not: null } },
    data: { nextAttemptAt: new Date(0) },
  });
  server.app.get(WebhookDispatcher).wake();
}

describe('webhooks', () => {
  let server: TestApp;
  let ann: HttpClient;
  let receiver: Receiver;

  beforeAll(async () => {
    server = await startTestApp();
    ann = await loggedIn(server.url, 'ann');
    await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
  });
  beforeEach(async () => {
    receiver = new Receiver();
    await receiver.listen();
    allowLoopback(server);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await receiver.close();
    const { body } = await ann.get('/api/channels/tea/webhooks');
    for (const { id } of body as { id: string }[])
      await ann.request('DELETE', `/api/channels/tea/webhooks/${id}`, {});
  });
  afterAll(() => server.close());

  it('receive the events they subscribe to, signed with their secret', async () => {
    const { id, secret } = await add(ann, `${receiver.url}/hook?a=b`);
    await tell(server);
    const [told] = await receiver.count(1);
    expect(told).toMatchObject({
      path: '/hook?a=b',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'onair-event': 'broadcast.live',
        'onair-delivery': expect.any(String),
      },
    });
    const [, time = '', signature] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(told?.headers['onair-signature'])) ?? [];
    const expected = createHmac('sha256', secret).update(`${time}.${told?.body}`).digest('hex');
    expect(signature).toBe(expected);
    expect(Math.abs(Date.now() / 1_000 - Number(time))).toBeLessThan(60);
    expect(JSON.parse(told?.body ?? '')).toMatchObject({
      id: told?.headers['onair-delivery'],
      event: 'broadcast.live',
      channel: 'tea',
      data: { title: 'Tea' },
    });
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([{ attempts: 1, lastStatus: 204, lastError: '', nextAttemptAt: null }]);
  });

  it('are signed with a new secret once it changes, including retries', async () => {
    const { id, secret } = await add(ann, receiver.url);
    receiver.status = 503;
    await tell(server);
    await receiver.count(1);
    await expect.poll(() => deliveriesOf(ann, id)).toMatchObject([{ attempts: 1 }]);
    const changed = await ann.post(`/api/channels/tea/webhooks/${id}/secret`, {});
    const { secret: other } = changed.body as WebhookAdded;
    expect(other).not.toBe(secret);
    await makeDue(server);
    const [first, again] = await receiver.count(2);
    expect(isSignedWith(secret, first)).toBe(true);
    expect(isSignedWith(secret, again)).toBe(false);
    expect(isSignedWith(other, again)).toBe(true);
  });

  it('do not receive other events', async () => {
    await add(ann, `${receiver.url}/other`, ['broadcast.ended']);
    await add(ann, `${receiver.url}/this`);
    await tell(server);
    expect((await receiver.count(1)).map(({ path }) => path)).toEqual(['/this']);
  });

  it('can be tested', async () => {
    const { id } = await add(ann, receiver.url);
    const { status, body } = await ann.post(`/api/channels/tea/webhooks/${id}/test`, {});
    expect(status).toBe(202);
    const [told] = await receiver.count(1);
    expect(told?.headers['onair-event']).toBe('ping');
    expect(told?.headers['onair-delivery']).toBe((body as { id: string }).id);
  });

  it('are retried with the same id when they fail', async () => {
    receiver.status = 500;
    const { id } = await add(ann, receiver.url);
    await tell(server);
    await receiver.count(1);
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([
        { attempts: 1, lastStatus: 500, lastError: 'The server responded with 500.' },
      ]);
    const [waiting] = await deliveriesOf(ann, id);
    expect(Date.parse(waiting?.nextAttemptAt ?? '')).toBeGreaterThan(Date.now());
    receiver.status = 200;
    await makeDue(server);
    const ids = (await receiver.count(2)).map(({ headers }) => headers['onair-delivery']);
    expect(new Set(ids).size).toBe(1);
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([{ attempts: 2, lastStatus: 200, nextAttemptAt: null }]);
  });

  it('are not retried when the receiver responds with 410 Gone', async () => {
    receiver.status = 410;
    const { id } = await add(ann, receiver.url);
    await tell(server);
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([{ attempts: 1, nextAttemptAt: null, deliveredAt: null }]);
  });

  it('do not follow redirects', async () => {
    const other = new Receiver();
    await other.listen();
    receiver.status = 307;
    receiver.headers = { location: other.url };
    const { id } = await add(ann, receiver.url);
    await tell(server);
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([{ lastStatus: 307, lastError: expect.stringContaining('not followed') }]);
    expect(other.received).toEqual([]);
    await other.close();
  });

  it('that never respond time out, and do not delay others', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const { id } = await add(ann, `http://127.0.0.1:${port}`);
    await add(ann, receiver.url);
    await tell(server);
    await receiver.count(1);
    await expect
      .poll(() => deliveriesOf(ann, id), { timeout: 30_000 })
      .toMatchObject([
        { attempts: 1, lastStatus: null, lastError: expect.stringContaining('10 seconds') },
      ]);
    silent.closeAllConnections();
    silent.close();
  });

  it('are accessible only to their channel’s owner', async () => {
    const { id } = await add(ann, receiver.url);
    const eve = await loggedIn(server.url, 'eve');
    await eve.post('/api/channels', { name: 'evil' });
    const guest = new HttpClient(server.url);
    const base = '/api/channels/tea/webhooks';
    for (const [method, path] of [
      ['GET', base],
      ['POST', base],
      ['DELETE', `${base}/${id}`],
      ['POST', `${base}/${id}/test`],
      ['POST', `${base}/${id}/secret`],
      ['GET', `${base}/${id}/deliveries`],
    ] as const) {
      const body = { url: receiver.url, events: ['broadcast.live'] };
      const options = method === 'GET' ? {} : { body };
      expect((await eve.request(method, path, options)).status).toBe(403);
      expect((await guest.request(method, path, options)).status).toBe(401);
    }
    // The attacker uses their own channel's path.
    const around = `/api/channels/evil/webhooks/${id}`;
    expect((await eve.get(`${around}/deliveries`)).status).toBe(404);
    expect((await eve.post(`${around}/test`, {})).status).toBe(404);
    expect((await eve.post(`${around}/secret`, {})).status).toBe(404);
    expect((await eve.request('DELETE', around, {})).status).toBe(204);
    expect((await ann.get(base)).body).toHaveLength(1);
  });

  it('show their secret once, and store it encrypted', async () => {
    const { secret } = await add(ann, receiver.url);
    expect(JSON.stringify((await ann.get('/api/channels/tea/webhooks')).body)).not.toContain(
      secret,
    );
    const [row] = await server.app.get(PrismaService).webhook.findMany();
    expect(Buffer.from(row?.secret ?? []).toString()).not.toContain(secret.slice(6));
  });

  it('are limited to ten', async () => {
    for (let count = 0; count < 10; count += 1) await add(ann, receiver.url);
    const body = { url: receiver.url, events: ['broadcast.live'] };
    expect((await ann.post('/api/channels/tea/webhooks', body)).error?.code).toBe('webhook_limit');
  });
});

describe('broadcasts', () => {
  let server: TestApp;
  let receiver: Receiver;
  let ann: HttpClient;
  beforeAll(async () => {
    server = await startTestApp();
    receiver = new Receiver();
    await receiver.listen();
    allowLoopback(server);
    ann = await loggedIn(server.url, 'ann');
    await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
    await add(ann, receiver.url, ['broadcast.live', 'broadcast.ended']);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await receiver.close();
    await server.close();
  });

  it('send an event when they go live, once, and when they end', async () => {
    const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = await openSocket(server.url, { cookie });
    const { broadcast } = await ask(socket, 'publisher:start', { channel: 'tea' });
    const [live] = server.app.get(LiveChannels).channels;
    // Reports the first packet, as the media worker does; then an interruption.
    pretendArrival(live, socket.id, true);
    pretendArrival(live, socket.id, false);
    pretendArrival(live, socket.id, true);
    await ask(socket, 'publisher:end', { channel: 'tea' });
    const told = (await receiver.count(2)).map(({ body }) => JSON.parse(body) as unknown);
    expect(told).toMatchObject([
      { event: 'broadcast.live', data: { broadcastId: broadcast.id, title: 'Tea' } },
      {
        event: 'broadcast.ended',
        data: { broadcastId: broadcast.id, reason: 'publisher_ended', endedAt: expect.any(String) },
      },
    ]);
    socket.disconnect();
  });
});

describe('the chat', () => {
  let server: TestApp;
  let receiver: Receiver;
  beforeAll(async () => {
    server = await startTestApp();
    receiver = new Receiver();
    await receiver.listen();
    allowLoopback(server);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await receiver.close();
    await server.close();
  });

  it('sends events for held messages and for moderation', async () => {
    const ann = await loggedIn(server.url, 'ann');
    await ann.post('/api/channels', { name: 'tea' });
    await add(ann, receiver.url, ['message.held', 'chat.moderated']);
    const connect = (who: HttpClient) => {
      const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      return openSocket(server.url, { cookie });
    };
    const owner = await connect(ann);
    const bob = await connect(await loggedIn(server.url, 'bob'));
    const channel = 'tea';
    await ask(owner, 'chat:join', { channel });
    await ask(owner, 'chat:change-settings', { channel, rules: { holdLinks: true } });
    await ask(bob, 'chat:join', { channel });
    const text = 'look at https://example.com/';
    await ask(bob, 'chat:send', { channel, text, nonce: randomUUID() });
    const told = (await receiver.count(2)).map(({ body }) => JSON.parse(body) as unknown);
    expect(told).toContainEqual(
      expect.objectContaining({
        event: 'message.held',
        channel,
        data: expect.objectContaining({ name: 'bob', text }),
      }),
    );
    expect(told).toContainEqual(expect.objectContaining({ event: 'chat.moderated', channel }));
    owner.disconnect();
    bob.disconnect();
  });
});

describe('an internal address', () => {
  let server: TestApp;
  let ann: HttpClient;
  let inside: Receiver;

  beforeAll(async () => {
    server = await startTestApp();
    ann = await loggedIn(server.url, 'ann');
    await ann.post('/api/channels', { name: 'tea' });
    inside = new Receiver();
    await inside.listen();
  });
  afterAll(async () => {
    await inside.close();
    await server.close();
  });

  const portOf = () => new URL(inside.url).port;

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '0.0.0.0',
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[fe80::1]',
    '[fd00::1]',
    '①②⑦.⓪.⓪.①',
  ])('cannot be added: %s', async (host) => {
    const url = `http://${host}:${portOf()}/`;
    const answer = await ann.post('/api/channels/tea/webhooks', {
      url,
      events: ['broadcast.live'],
    });
    expect(answer.error?.code).toBe('bad_request');
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://user:secret@example.com/',
    'gopher://a/',
    'javascript:alert(1)',
    'http://',
    'example.com',
    `https://example.com/${'a'.repeat(600)}`,
  ])('cannot be an invalid URL: %s', async (url) => {
    const answer = await ann.post('/api/channels/tea/webhooks', {
      url,
      events: ['broadcast.live'],
    });
    expect(answer.error?.code).toBe('bad_request');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('is not connected to through a name that resolves to it', async () => {
    const { id } = await add(ann, `http://localhost:${portOf()}/`);
    await tell(server);
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([
        { attempts: 1, lastStatus: null, lastError: 'The host has no public address.' },
      ]);
    expect(inside.received).toEqual([]);
  });

  it('is not connected to even if it was public when it was added', async () => {
    const rule = vi.spyOn(server.app.get(AddressRule), 'isAllowed').mockReturnValue(true);
    const { id } = await add(ann, `${inside.url}/late`);
    rule.mockRestore();
    await ann.post(`/api/channels/tea/webhooks/${id}/test`, {});
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([{ lastError: 'The host has no public address.' }]);
    expect(inside.received).toEqual([]);
  });

  it('is indistinguishable from a name without an address', async () => {
    const sender = server.app.get(WebhookSender);
    const post = (url: string) => sender.post({ url, body: '{}', headers: {} });
    expect(await post('http://nobody.invalid/')).toEqual(
      await post(`http://localhost:${portOf()}/`),
    );
  });
});

describe('this machine', () => {
  /** A public address that belongs to a third party; nothing is sent to it. */
  const PUBLIC = '9.9.9.9';
  let server: TestApp;
  let ann: HttpClient;
  let channel: string;
  beforeAll(async () => {
    server = await startTestApp({ overrides: { RTC_ANNOUNCED_ADDRESS: '8.8.4.4' } });
    ann = await loggedIn(server.url, 'ann');
    channel = '/api/channels/tea/webhooks';
    await ann.post('/api/channels', { name: 'tea' });
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => server.close());

  const addTo = (url: string) => ann.post(channel, { url, events: ['broadcast.live'] });

  it('is not reachable under its own address, even a public one', async () => {
    expect((await addTo(`http://${PUBLIC}/`)).status).toBe(201);
    vi.spyOn(server.app.get(OwnAddresses), 'list').mockReturnValue(new Set([PUBLIC]));
    for (const host of [PUBLIC, `[::ffff:${PUBLIC}]`, '[64:ff9b::909:909]'])
      expect((await addTo(`http://${host}/`)).error?.code).toBe('bad_request');
    // The webhook was added before the machine had the address.
    const { body } = await ann.get(channel);
    const [{ id } = { id: '' }] = body as { id: string }[];
    await ann.post(`${channel}/${id}/test`, {});
    await expect
      .poll(() => deliveriesOf(ann, id))
      .toMatchObject([{ attempts: 1, lastError: 'The host has no public address.' }]);
  });

  it('is not reachable under its announced address', async () => {
    expect((await addTo('http://8.8.4.4/')).error?.code).toBe('bad_request');
  });

  it.each([22, 25, 6379, 5432, 2375, 9200])(
    'is not reachable at port %i, like any machine',
    async (port) => {
      const answer = await addTo(`http://1.1.1.1:${port}/`);
      expect(answer.error?.message).toContain('port 80, 443');
    },
  );

  it('is tested only a few times', async () => {
    onTestFinished(stopClock());
    vi.spyOn(server.app.get(AddressRule), 'isAllowed').mockReturnValue(false);
    const added = await ann.get(channel);
    const [{ id } = { id: '' }] = added.body as { id: string }[];
    const codes: (string | undefined)[] = [];
    for (let count = 0; count < 8; count += 1)
      codes.push((await ann.post(`${channel}/${id}/test`, {})).error?.code);
    expect(codes.filter((code) => code === undefined).length).toBeLessThanOrEqual(5);
    expect(codes.at(-1)).toBe('rate_limited');
  });

  it('does not reveal whether a port is closed or silent', async () => {
    vi.spyOn(server.app.get(AddressRule), 'isAllowed').mockReturnValue(true);
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const closedPort = (closed.address() as AddressInfo).port;
    closed.close();
    const sender = server.app.get(WebhookSender);
    const attempt = async (url: string) => {
      const startMs = performance.now();
      const sent = await sender.post({ url, body: '{}', headers: {} });
      return { sent, tookMs: performance.now() - startMs };
    };
    const [timedOut, refused] = await Promise.all([
      attempt(`http://127.0.0.1:${port}/`),
      attempt(`http://127.0.0.1:${closedPort}/`),
    ]);
    expect(refused.sent).toEqual(timedOut.sent);
    expect(refused.tookMs).toBeGreaterThan(timedOut.tookMs * 0.9);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('networks in the configuration', () => {
  it('are reachable except for this machine, and those configured as refused are not', async () => {
    const server = await startTestApp({
      overrides: {
        WEBHOOK_ALLOWED_NETWORKS: '192.168.1.0/24, 10.1.1.1',
        WEBHOOK_REFUSED_NETWORKS: '192.168.1.9, 1.0.0.0/8',
      },
    });
    const rule = server.app.get(AddressRule);
    vi.spyOn(server.app.get(OwnAddresses), 'list').mockReturnValue(
      new Set(['192.168.1.5', '10.1.1.1']),
    );
    const allowed = (address: string) => rule.isAllowed(address);
    expect(['192.168.1.77', '10.1.1.1', '9.9.9.9'].map(allowed)).toEqual([true, true, true]);
    expect(['192.168.1.5', '192.168.1.9', '1.1.1.1', '127.0.0.1'].map(allowed)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    vi.restoreAllMocks();
    await server.close();
  });
});

describe('a restart', () => {
  it('loses no pending delivery', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'onair-webhooks-'));
    const overrides = { DATA_DIR: dir };
    const receiver = new Receiver();
    await receiver.listen();
    await receiver.close();
    const first = await startTestApp({ overrides });
    allowLoopback(first);
    const ann = await loggedIn(first.url, 'ann');
    await ann.post('/api/channels', { name: 'tea' });
    const { id } = await add(ann, receiver.url);
    for (let count = 0; count < 5; count += 1) await tell(first);
    await expect
      .poll(async () => (await deliveriesOf(ann, id)).some(({ attempts }) => attempts > 0), {
        timeout: 30_000,
      })
      .toBe(true);
    await first.close();

    await receiver.listen();
    const second = await startTestApp({ overrides });
    allowLoopback(second);
    await makeDue(second);
    const told = await receiver.count(5);
    expect(new Set(told.map(({ headers }) => headers['onair-delivery'])).size).toBe(5);
    const again = new HttpClient(second.url);
    await again.post('/api/auth/login', { username: 'ann', password: PASSWORD });
    await expect
      .poll(async () =>
        (await deliveriesOf(again, id)).every(({ deliveredAt }) => deliveredAt !== null),
      )
      .toBe(true);
    await second.close();
    await receiver.close();
    await rm(dir, { recursive: true });
  });
});
