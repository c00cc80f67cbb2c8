import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { collectRoutes, methodOf, pathOf } from '../support/routes.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';

let server: TestApp;
let ann: HttpClient;
let eve: HttpClient;
const routes = new Set<string>();
const open: ClientSocket[] = [];

beforeAll(async () => {
  collectRoutes(routes);
  server = await startTestApp();
  ann = await loggedIn(server.url, 'ann');
  eve = await loggedIn(server.url, 'eve');
  await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
  await eve.post('/api/channels', { name: 'evil', title: 'Evil' });
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.disconnect();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server.close();
});

const cookieOf = (who: HttpClient) =>
  [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const logIn = (client: HttpClient, username: string) =>
  client.post('/api/auth/login', { username, password: PASSWORD });
const nameOf = async (client: HttpClient, headers: Record<string, string> = {}) =>
  ((await client.get('/api/me', { headers })).body as { username?: string }).username ?? null;

async function connect(who: HttpClient): Promise<ClientSocket> {
  const socket = await openSocket(server.url, { cookie: cookieOf(who) });
  open.push(socket);
  return socket;
}

describe('a session chosen by an attacker', () => {
  it.each([
    ['made up', () => randomBytes(32).toString('base64url')],
    ['the attacker’s own', () => eve.cookies.get('onair_session') ?? ''],
  ])('is replaced at login: %s', async (_what, planted) => {
    const attacker = await loggedIn(server.url, `mallory-${randomUUID().slice(0, 8)}`);
    const token = planted();
    const victim = new HttpClient(server.url);
    victim.cookies.set('onair_session', token);
    await logIn(victim, 'ann');
    expect(victim.cookies.get('onair_session')).not.toBe(token);
    const holder = new HttpClient(server.url);
    holder.cookies.set('onair_session', token);
    expect(await nameOf(holder)).not.toBe('ann');
    expect(await nameOf(victim)).toBe('ann');
    expect(await nameOf(attacker)).not.toBe('ann');
    // Logging in ended the attacker's session: the following tests need a new one.
    await logIn(eve, 'eve');
  });

  it('is accepted only from its cookie', async () => {
    const token = ann.cookies.get('onair_session') ?? '';
    const guest = new HttpClient(server.url);
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { authorization: `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}` },
      { 'x-session': token, onair_session: token },
      { cookie: `__Host-onair_session=${token}; Onair_Session=${token}` },
    ] as Record<string, string>[])
      expect(await nameOf(guest, headers)).toBeNull();
    expect((await guest.get(`/api/me?onair_session=${token}&token=${token}`)).status).toBe(401);
  });

  it('ends on all connections after a logout', async () => {
    const client = new HttpClient(server.url);
    await logIn(client, 'ann');
    const old = client.cookies.get('onair_session') ?? '';
    await client.post('/api/auth/logout', {});
    client.cookies.set('onair_session', old);
    expect(await nameOf(client)).toBeNull();
  });
});

describe('a token of one kind', () => {
  it('is not accepted as another', async () => {
    const { body: made } = await ann.post('/api/account/tokens', {
      name: 'reads',
      scopes: ['channels:read'],
      expiresInDays: null,
      password: PASSWORD,
    });
    await ann.request('PATCH', '/api/channels/tea/access', {
      body: { visibility: 'password', password: 'open sesame' },
    });
    const friend = new HttpClient(server.url);
    await friend.post('/api/channels/tea/unlock', { password: 'open sesame' });
    const { body: playback } = await friend.get('/api/channels/tea/playback');
    const [, hls = ''] = /\/~([^/]+)\//.exec((playback as { hls: string }).hls) ?? [];
    const host = await connect(ann);
    const started = await request(host, 'publisher:start', { channel: 'tea' });
    const tokens = {
      session: ann.cookies.get('onair_session') ?? '',
      guest: friend.cookies.get('onair_guest') ?? '',
      passes: friend.cookies.get('onair_passes') ?? '',
      api: (made as { token: string }).token,
      hls,
      resume: started.resumeToken,
      broadcast: started.broadcast.id,
    };
    expect(Object.values(tokens).filter((token) => token.length < 16)).toEqual([]);
    const clientWith = (cookie: string, token: string) => {
      const client = new HttpClient(server.url);
      client.cookies.set(cookie, token);
      return client;
    };
    /**
     * How to use a token at each entry point; resolves with the response to a client without other
     * rights.
     */
    const ways: Record<string, (token: string) => Promise<unknown>> = {
      session: (token) => nameOf(clientWith('onair_session', token)),
      api: (token) => nameOf(new HttpClient(server.url), { authorization: `Bearer ${token}` }),
      passes: async (token) =>
        (await clientWith('onair_passes', token).get('/api/channels/tea')).error?.code ?? null,
      hls: async (token) => {
        const path = `/hls/tea/~${encodeURIComponent(token)}/index.m3u8`;
        return (await new HttpClient(server.url).get(path)).status;
      },
    };
    const refusals: Record<string, unknown> = {
      session: null,
      api: null,
      passes: 'password_required',
      hls: 404,
    };
    for (const [way, enter] of Object.entries(ways))
      for (const [kind, token] of Object.entries(tokens).filter(([name]) => name !== way))
        expect([way, kind, await enter(token)]).toEqual([way, kind, refusals[way]]);
    // Each token is valid for its own purpose.
    expect(await ways.session?.(tokens.session)).toBe('ann');
    expect(await ways.passes?.(tokens.passes)).toBeNull();
    await request(host, 'publisher:end', { channel: 'tea' });
    await ann.request('PATCH', '/api/channels/tea/access', { body: { visibility: 'public' } });
  });

  it('is valid only for its purpose', async () => {
    const { body } = await ann.post('/api/account/tokens', {
      name: 'reads',
      scopes: ['channels:read'],
      expiresInDays: null,
      password: PASSWORD,
    });
    const { token } = body as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    const program = new HttpClient(server.url);
    for (const route of routes) {
      if (/^(GET|OPTIONS) /.test(route)) continue;
      const answer = await program.request(methodOf(route), pathOf(route), { headers, body: {} });
      // Login and logout affect the cookie, and unlocking affects the visitor.
      if (/\/auth\/|\/unlock|\/setup/.test(route)) continue;
      // Watching over WHEP only reads, and WHIP doesn't define PUT.
      if (/ \/whep\/|^PUT \/whip\//.test(route)) continue;
      expect([route, answer.status]).toEqual([route, answer.status === 401 ? 401 : 403]);
    }
  });
});

describe('the owner of another channel', () => {
  it('cannot change this one by any route', async () => {
    const db = server.app.get(PrismaService);
    const state = async () => ({
      channel: await db.channel.findUnique({ where: { name: 'tea' } }),
      members: await db.channelMember.count(),
      moderators: await db.channelModerator.count(),
      webhooks: await db.webhook.count(),
    });
    const before = await state();
    const about = [...routes].filter((route) => /\/api\/channels\/:name/.test(route));
    expect(about.length).toBeGreaterThan(8);
    const bodies = [
      {},
      { title: 'Mine' },
      { visibility: 'private' },
      { url: 'https://example.com/', events: ['broadcast.live'] },
    ];
    for (const route of about.filter((one) => !one.startsWith('GET ')))
      for (const body of bodies) {
        const { status } = await eve.request(methodOf(route), pathOf(route), { body });
        const isOpenToAll = /\/(unlock|follow)$/.test(route);
        expect([route, isOpenToAll || status === 403 || status === 400]).toEqual([route, true]);
      }
    expect(await state()).toEqual(before);
  });

  it('cannot moderate its chat by any request', async () => {
    const host = await connect(ann);
    await request(host, 'chat:join', { channel: 'tea' });
    const nonce = randomUUID();
    await request(host, 'chat:send', { channel: 'tea', nonce, text: 'hello' });
    const attacker = await connect(eve);
    await request(attacker, 'chat:join', { channel: 'tea' });
    const requests: [string, object][] = [
      ['chat:delete', { seq: 1 }],
      ['chat:restore', { seq: 1 }],
      ['chat:clear', { seq: 1 }],
      ['chat:timeout', { seq: 1, seconds: 600, reason: '' }],
      ['chat:ban', { seq: 1, reason: '' }],
      ['chat:bans', {}],
      ['chat:pin', { seq: 1 }],
      ['chat:settings', {}],
      ['chat:change-settings', { rules: { slowModeS: 300 } }],
      ['chat:held', {}],
      ['chat:judge', { heldId: randomUUID(), approve: true }],
      ['chat:audit', {}],
      ['chat:undo', { entryId: randomUUID() }],
      ['chat:search', { query: 'hello' }],
      ['chat:viewers', {}],
    ];
    for (const [event, payload] of requests) {
      const reply = await ask(attacker, event, { channel: 'tea', ...payload });
      const code = reply.ok ? 'ok' : reply.error.code;
      expect([event, code]).toEqual([event, 'forbidden']);
    }
    const { messages } = await request(host, 'chat:join', { channel: 'tea' });
    expect(messages.map(({ text }) => text)).toEqual(['hello']);
  });

  it('is not an administrator', async () => {
    for (const route of routes) {
      if (!route.includes('/api/admin/')) continue;
      for (const who of [eve, new HttpClient(server.url)]) {
        const options = route.startsWith('GET ') ? {} : { body: {} };
        const { status } = await who.request(methodOf(route), pathOf(route), options);
        expect([route, [401, 403, 404].includes(status)]).toEqual([route, true]);
      }
    }
    const { status } = await eve.request('PATCH', '/api/account', { body: { isAdmin: true } });
    expect(status).toBe(400);
  });
});
