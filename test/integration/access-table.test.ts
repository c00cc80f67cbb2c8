import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { ModulesContainer } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BroadcastLifecycle } from '../../src/broadcast/broadcast-lifecycle.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { HlsService } from '../../src/hls/hls.service.js';
import { EVENTS, ROUTES, type RouteRule, type Target } from '../support/access-table.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Answer, HttpClient, loggedIn } from '../support/http-client.js';
import { collectRoutes, methodOf } from '../support/routes.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';

const PASSWORD = 'open sesame';
const SECRET = 'a title that only the audience may read';
const PICTURE = { jpeg: new Uint8Array([1, 2, 3]), version: 'v1' };

type Role = 'guest' | 'outsider' | 'member' | 'owner';
type Closed = 'private' | 'password';
type Scenario = Readonly<{ what: string; names: Record<Closed, string>; allowed: readonly Role[] }>;

/**
 * The protected resources: first two channels, then the current broadcasts of two public channels.
 */
const SCENARIOS: readonly Scenario[] = [
  {
    what: 'a closed channel',
    names: { private: 'secret-private', password: 'secret-locked' },
    allowed: ['member', 'owner'],
  },
  {
    what: 'a public channel with a closed broadcast',
    names: { private: 'now-private', password: 'now-locked' },
    // The owner's requests would end the broadcast or open it.
    allowed: ['member'],
  },
];
const CLOSED: readonly Closed[] = ['private', 'password'];
const OTHERS = ['guest', 'outsider'] as const;

let server: TestApp;
const clients: Record<Role, HttpClient> = {} as never;
const targets = new Map<string, Target>();
const nothing: Target = { name: 'no-such-channel', broadcastId: randomUUID() };
const routes = new Set<string>();
const sockets: ClientSocket[] = [];

/** Opens a socket that stays open until the end of the file. */
async function openAs(who: HttpClient): Promise<ClientSocket> {
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return openSocket(server.url, cookie === '' ? {} : { cookie });
}

/** Opens a socket that is closed after the test. */
async function connect(who: HttpClient): Promise<ClientSocket> {
  const socket = await openAs(who);
  sockets.push(socket);
  return socket;
}

async function changeAccess(name: string, body: object): Promise<void> {
  const { status } = await clients.owner.request('PATCH', `/api/channels/${name}/access`, { body });
  expect(status).toBe(200);
}

const accessOf = (visibility: Closed) =>
  visibility === 'password' ? { visibility, password: PASSWORD } : { visibility };

/** Creates a channel with this visibility and a past broadcast. */
async function closedChannel(name: string, visibility: Closed): Promise<Target> {
  await clients.owner.post('/api/channels', { name, title: SECRET });
  await changeAccess(name, accessOf(visibility));
  const db = server.app.get(PrismaService);
  const { id: channelId } = await db.channel.findUniqueOrThrow({ where: { name } });
  const at = new Date();
  const broadcastId = randomUUID();
  await db.broadcast.create({
    data: {
      id: broadcastId,
      channelId,
      title: SECRET,
      state: 'ENDED',
      startedAt: at,
      lastSeenAt: at,
      endedAt: at,
      endReason: 'PUBLISHER_ENDED',
      recording: { create: { state: 'FAILED' } },
    },
  });
  return { name, broadcastId };
}

/** Creates a public channel whose current broadcast has this visibility. */
async function closedBroadcast(name: string, visibility: Closed): Promise<Target> {
  await clients.owner.post('/api/channels', { name, title: SECRET });
  // A channel keeps its password while it is public.
  await changeAccess(name, accessOf('password'));
  await changeAccess(name, { visibility: 'public' });
  const socket = await openAs(clients.owner);
  const { broadcast } = await request(socket, 'publisher:start', { channel: name, visibility });
  const recording = { broadcastId: broadcast.id, state: 'FAILED' as const };
  await server.app.get(PrismaService).recording.create({ data: recording });
  return { name, broadcastId: broadcast.id };
}

beforeAll(async () => {
  collectRoutes(routes);
  server = await startTestApp({ webRoot: resolve('test/fixtures/web') });
  clients.guest = new HttpClient(server.url);
  clients.outsider = await loggedIn(server.url, 'outsider');
  clients.member = await loggedIn(server.url, 'member');
  clients.owner = await loggedIn(server.url, 'owner');
  for (const [{ names }, make] of [
    [SCENARIOS[0]!, closedChannel],
    [SCENARIOS[1]!, closedBroadcast],
  ] as const) {
    for (const kind of CLOSED) targets.set(names[kind], await make(names[kind], kind));
    const members = `/api/channels/${names.private}/members/member`;
    await clients.owner.request('PUT', members, { body: {} });
    await clients.member.post(`/api/channels/${names.password}/unlock`, { password: PASSWORD });
  }
  // No media arrives here, so the broadcasts would end before the tests do.
  vi.spyOn(BroadcastLifecycle.prototype, 'end').mockImplementation(() => undefined);
  // Pretends that all channels are live and have a thumbnail.
  const hls = server.app.get(HlsService);
  vi.spyOn(hls, 'find').mockReturnValue({ run: null, state: 'preparing', thumbnail: PICTURE });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server.close();
});

const addressOf = (route: string) => route.slice(route.indexOf(' ') + 1);
const textOf = ({ body }: Answer) => (typeof body === 'string' ? body : JSON.stringify(body));

function send(route: string, who: HttpClient, path: string, body?: object): Promise<Answer> {
  return who.request(methodOf(route), path, body === undefined ? {} : { body });
}

/** Returns the answer without the requested name and id. */
function withoutName(answer: Answer, { name, broadcastId }: Target) {
  const text = textOf(answer).replaceAll(name, 'NAME').replaceAll(broadcastId, 'ID');
  return { status: answer.status, type: answer.headers.get('content-type'), text };
}

const isRefusal = (code: string | undefined) =>
  ['channel_not_found', 'broadcast_not_found', 'password_required'].includes(code ?? '');

type ChannelRule = Extract<RouteRule, { rule: 'channel' }>;
const withRule = <R extends RouteRule['rule']>(rule: R) =>
  Object.entries(ROUTES).filter(
    (entry): entry is [string, Extract<RouteRule, { rule: R }>] => entry[1].rule === rule,
  );
const eventsWithRule = (wanted: 'channel' | 'own') =>
  Object.entries(EVENTS).flatMap(([event, rule]) => (rule === wanted ? [event] : []));

describe('the table of routes', () => {
  it('lists exactly the routes of the service', () => {
    const files = [...routes].filter((route) => /^GET \/(assets\/\*|favicon\.)/.test(route));
    expect(files).not.toEqual([]);
    expect([...routes].filter((route) => !files.includes(route)).toSorted()).toEqual(
      Object.keys(ROUTES).toSorted(),
    );
  });

  it.each(withRule('open'))('%s reveals nothing about closed channels', async (route, to) => {
    for (const who of [clients.guest, clients.outsider]) {
      // A separate client, because one of these requests logs out.
      const visitor = new HttpClient(server.url);
      for (const [name, value] of who.cookies) visitor.cookies.set(name, value);
      const answer = await send(
        route,
        methodOf(route) === 'POST' ? new HttpClient(server.url) : visitor,
        to.path ?? addressOf(route),
        to.body,
      );
      expect(textOf(answer)).not.toContain(SECRET);
      for (const { names } of SCENARIOS) {
        expect(textOf(answer)).not.toContain(names.password);
        expect(answer.status === 200 && textOf(answer).includes(names.private)).toBe(false);
      }
    }
  });

  it.each(withRule('listing'))('%s lists only what the caller can watch', async (route) => {
    const namesFor = async (who: HttpClient, query = '') =>
      ((await send(route, who, `${addressOf(route)}${query}`)).body as { name: string }[])
        .map(({ name }) => name)
        .toSorted();
    const { guest, outsider, member, owner } = clients;
    for (const who of [guest, outsider])
      for (const query of ['', '?owner=owner']) expect(await namesFor(who, query)).toEqual([]);
    expect(await namesFor(member)).toEqual(['now-private', 'secret-private']);
    expect(await namesFor(owner, '?owner=owner')).toEqual([...targets.keys()].toSorted());
  });
});

describe.each(SCENARIOS)('$what', ({ names, allowed }) => {
  const targetOf = (kind: Closed): Target => targets.get(names[kind])!;

  describe.each(withRule('channel'))('%s', (route, to: ChannelRule) => {
    it.each(OTHERS)('answers a %s as if a private one didn’t exist', async (who) => {
      const hidden = targetOf('private');
      const answer = await send(route, clients[who], to.path(hidden), to.body);
      const none = await send(route, clients[who], to.path(nothing), to.body);
      expect(none.status).toBe(404);
      expect(withoutName(answer, hidden)).toEqual(withoutName(none, nothing));
    });

    it.each(OTHERS)('asks a %s for the password', async (who) => {
      const locked = targetOf('password');
      const answer = await send(route, clients[who], to.path(locked), to.body);
      expect(textOf(answer)).not.toContain(SECRET);
      const isPage = textOf(answer).includes(`"locked":"${locked.name}"`);
      expect(isPage ? 'page' : answer.error?.code).toBe(to.locked ?? 'password_required');
    });

    it.each(allowed)('answers a %s', async (who) => {
      if (who === 'owner' ? to.notByOwner : to.notForMembers) return;
      for (const target of CLOSED.map(targetOf)) {
        const answer = await send(route, clients[who], to.path(target), to.body);
        expect(isRefusal(answer.error?.code)).toBe(false);
        expect(answer.status).not.toBe(404);
        expect(textOf(answer)).not.toContain(`"locked":"${target.name}"`);
        expect(answer.headers.get('cache-control') ?? '').not.toContain('public');
      }
    });

    const excluded = to.notForMembers ? ['member'] : [];
    it.each(excluded)('answers a %s as if it did not exist', async () => {
      const none = await send(route, clients.member, to.path(nothing), to.body);
      for (const target of CLOSED.map(targetOf)) {
        const answer = await send(route, clients.member, to.path(target), to.body);
        expect(withoutName(answer, target)).toEqual(withoutName(none, nothing));
      }
    });
  });

  it.each(CLOSED)('refuses HLS without a token: %s', async (kind) => {
    const { name } = targetOf(kind);
    for (const file of ['index.m3u8', 'AAAAAAAAAAAAAAAA/video-0/1.m4s'])
      for (const who of Object.values(clients)) {
        const answer = await who.get(`/hls/${name}/${file}`);
        expect(answer.status).toBe(404);
        expect(answer.error?.message).toBe(`${name} is not live.`);
      }
  });

  it.each(['member', 'owner'] as const)('plays HLS with a token of a %s', async (who) => {
    for (const [target, other] of [CLOSED, CLOSED.toReversed()].map((kinds) =>
      kinds.map(targetOf),
    ) as [Target, Target][]) {
      const { body } = await clients[who].get(`/api/channels/${target.name}/playback`);
      const base = (body as { hls: string }).hls.replace('/index.m3u8', '');
      const { guest } = clients;
      const answer = await guest.get(`${base}/thumbnail.jpg`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toMatch(/^private/);
      const elsewhere = base.replace(target.name, other.name);
      expect((await guest.get(`${elsewhere}/thumbnail.jpg`)).status).toBe(404);
    }
  });

  it.each(eventsWithRule('channel'))('%s is answered only to its audience', async (event) => {
    const errorOf = async (socket: ClientSocket, { name }: Target) => {
      const reply = await ask(socket, event, { channel: name });
      if (reply.ok) return null;
      return { ...reply.error, message: reply.error.message.replace(name, 'NAME') };
    };
    for (const who of OTHERS) {
      const socket = await connect(clients[who]);
      const hidden = await errorOf(socket, targetOf('private'));
      expect(hidden?.code).toBe('channel_not_found');
      expect(hidden).toEqual(await errorOf(socket, nothing));
      expect((await errorOf(socket, targetOf('password')))?.code).toBe('password_required');
    }
    for (const who of allowed) {
      const socket = await connect(clients[who]);
      for (const target of CLOSED.map(targetOf))
        expect(isRefusal((await errorOf(socket, target))?.code)).toBe(false);
    }
  });
});

describe('the table of socket requests', () => {
  it('lists exactly the requests that gateways answer', () => {
    const answered = [...server.app.get(ModulesContainer).values()]
      .flatMap(({ providers }) => [...providers.values()])
      .filter(({ metatype }) => metatype && Reflect.getMetadata('websockets:is_gateway', metatype))
      .flatMap(({ metatype }) => {
        const prototype: object = (metatype as { prototype: object }).prototype;
        return Object.getOwnPropertyNames(prototype).flatMap((key) => {
          const method: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value;
          if (typeof method !== 'function') return [];
          return (Reflect.getMetadata('message', method) as string | undefined) ?? [];
        });
      });
    expect([...new Set(answered)].toSorted()).toEqual(Object.keys(EVENTS).toSorted());
  });

  it.each(eventsWithRule('own'))(
    '%s is refused before the connection has joined',
    async (event) => {
      const socket = await connect(clients.outsider);
      const reply = await ask(socket, event, { channel: 'secret-private' });
      expect(JSON.stringify(reply)).not.toContain(SECRET);
      expect(reply.ok).toBe(false);
    },
  );
});
