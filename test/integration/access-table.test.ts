import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { ModulesContainer } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { HlsService } from '../../src/hls/hls.service.js';
import { EVENTS, ROUTES, type RouteRule, type Target } from '../support/access-table.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Answer, HttpClient, loggedIn } from '../support/http-client.js';
import { collectRoutes, methodOf } from '../support/routes.js';
import { ask, type ClientSocket, openSocket } from '../support/sockets.js';

const PASSWORD = 'open sesame';
const SECRET = 'a title that is nobody’s business';
const PICTURE = { jpeg: new Uint8Array([1, 2, 3]), version: 'v1' };

let server: TestApp;
const clients: Record<'guest' | 'outsider' | 'member' | 'owner', HttpClient> = {} as never;
const targets: Record<'hidden' | 'locked', Target> = {} as never;
const nothing: Target = { name: 'no-such-channel', broadcastId: randomUUID() };
const routes = new Set<string>();
const sockets: ClientSocket[] = [];

async function makeChannel(name: string, visibility: string): Promise<Target> {
  const { owner } = clients;
  await owner.post('/api/channels', { name, title: SECRET });
  const body = { visibility, ...(visibility === 'password' ? { password: PASSWORD } : {}) };
  const changed = await owner.request('PATCH', `/api/channels/${name}/access`, { body });
  expect(changed.status).toBe(200);
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

beforeAll(async () => {
  collectRoutes(routes);
  server = await startTestApp({ webRoot: resolve('test/fixtures/web') });
  clients.guest = new HttpClient(server.url);
  clients.outsider = await loggedIn(server.url, 'outsider');
  clients.member = await loggedIn(server.url, 'member');
  clients.owner = await loggedIn(server.url, 'owner');
  targets.hidden = await makeChannel('secret-private', 'private');
  targets.locked = await makeChannel('secret-locked', 'password');
  const { owner, member } = clients;
  await owner.request('PUT', '/api/channels/secret-private/members/member', { body: {} });
  await member.post('/api/channels/secret-locked/unlock', { password: PASSWORD });
  // As if both were live, and had a picture.
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

/** All but what names what was asked for. */
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

describe('the table of routes', () => {
  it('has every route there is, and no other', () => {
    const files = [...routes].filter((route) => /^GET \/(assets\/\*|favicon\.)/.test(route));
    expect(files).not.toEqual([]);
    expect([...routes].filter((route) => !files.includes(route)).toSorted()).toEqual(
      Object.keys(ROUTES).toSorted(),
    );
  });

  it.each(withRule('open'))(
    '%s tells nobody of a channel that is not public',
    async (route, to) => {
      for (const who of [clients.guest, clients.outsider]) {
        // As a visitor of its own: one of these logs out.
        const visitor = new HttpClient(server.url);
        for (const [name, value] of who.cookies) visitor.cookies.set(name, value);
        const answer = await send(
          route,
          methodOf(route) === 'POST' ? new HttpClient(server.url) : visitor,
          to.path ?? addressOf(route),
          to.body,
        );
        expect(textOf(answer)).not.toContain(SECRET);
        expect(textOf(answer)).not.toContain('secret-locked');
        expect(answer.status === 200 && textOf(answer).includes('secret-private')).toBe(false);
      }
    },
  );

  it.each(withRule('listing'))('%s lists what is for who asks', async (route) => {
    const namesFor = async (who: HttpClient, query = '') =>
      ((await send(route, who, `${addressOf(route)}${query}`)).body as { name: string }[]).map(
        ({ name }) => name,
      );
    const { guest, outsider, member, owner } = clients;
    for (const who of [guest, outsider])
      for (const query of ['', '?owner=owner']) expect(await namesFor(who, query)).toEqual([]);
    expect(await namesFor(member)).toEqual(['secret-private']);
    expect((await namesFor(owner, '?owner=owner')).toSorted()).toEqual([
      'secret-locked',
      'secret-private',
    ]);
  });
});

describe.each(withRule('channel'))('%s', (route, to: ChannelRule) => {
  it.each(['guest', 'outsider'] as const)(
    'answers a %s about a private channel as about none',
    async (who) => {
      const { hidden } = targets;
      const answer = await send(route, clients[who], to.path(hidden), to.body);
      const none = await send(route, clients[who], to.path(nothing), to.body);
      expect(none.status).toBe(404);
      expect(withoutName(answer, hidden)).toEqual(withoutName(none, nothing));
    },
  );

  it.each(['guest', 'outsider'] as const)('asks a %s for the password', async (who) => {
    const { locked } = targets;
    const answer = await send(route, clients[who], to.path(locked), to.body);
    expect(textOf(answer)).not.toContain(SECRET);
    expect(
      to.locked === 'page'
        ? textOf(answer).includes('"locked":"secret-locked"')
        : answer.error?.code,
    ).toBe(to.locked === 'page' ? true : (to.locked ?? 'password_required'));
  });

  it.each(['member', 'owner'] as const)('answers a %s of both', async (who) => {
    if (who === 'owner' && to.notByOwner) return;
    if (who === 'member' && to.notForMembers) return;
    for (const target of [targets.hidden, targets.locked]) {
      const answer = await send(route, clients[who], to.path(target), to.body);
      expect(isRefusal(answer.error?.code)).toBe(false);
      expect(answer.status).not.toBe(404);
      expect(textOf(answer)).not.toContain('"locked":"secret');
      expect(answer.headers.get('cache-control') ?? '').not.toContain('public');
    }
  });

  it.runIf(to.notForMembers)('answers a member of both as about none', async () => {
    for (const target of [targets.hidden, targets.locked]) {
      const answer = await send(route, clients.member, to.path(target), to.body);
      const none = await send(route, clients.member, to.path(nothing), to.body);
      expect(withoutName(answer, target)).toEqual(withoutName(none, nothing));
    }
  });
});

describe('/hls', () => {
  const tokenOf = async (who: HttpClient, { name }: Target) => {
    const { body } = await who.get(`/api/channels/${name}/playback`);
    const { hls } = body as { hls: string };
    return hls.replace('/index.m3u8', '');
  };

  it.each(['hidden', 'locked'] as const)(
    'lets nobody into a channel that is %s without a token',
    async (which) => {
      const target = targets[which];
      for (const file of ['index.m3u8', 'AAAAAAAAAAAAAAAA/video-0/1.m4s'])
        for (const who of Object.values(clients)) {
          const answer = await who.get(`/hls/${target.name}/${file}`);
          expect(answer.status).toBe(404);
          expect(answer.error?.message).toBe(`${target.name} is not live.`);
        }
    },
  );

  it.each(['member', 'owner'] as const)(
    'lets in a %s by the token of that channel',
    async (who) => {
      for (const [target, other] of [
        [targets.hidden, targets.locked],
        [targets.locked, targets.hidden],
      ] as const) {
        const base = await tokenOf(clients[who], target);
        const { guest } = clients;
        const answer = await guest.get(`${base}/thumbnail.jpg`);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('cache-control')).toMatch(/^private/);
        expect(
          (await guest.get(`${base.replace(target.name, other.name)}/thumbnail.jpg`)).status,
        ).toBe(404);
      }
    },
  );
});

describe('the table of socket requests', () => {
  it('has every request that a gateway answers, and no other', () => {
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

  const connect = async (who: HttpClient): Promise<ClientSocket> => {
    const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const socket = await openSocket(server.url, cookie === '' ? {} : { cookie });
    sockets.push(socket);
    return socket;
  };
  const errorOf = async (socket: ClientSocket, event: string, { name }: Target) => {
    const reply = await ask(socket, event, { channel: name });
    return reply.ok ? null : { ...reply.error, message: reply.error.message.replace(name, 'NAME') };
  };
  const named = Object.entries(EVENTS).flatMap(([event, rule]) =>
    rule === 'channel' ? [event] : [],
  );
  const others = Object.entries(EVENTS).flatMap(([event, rule]) => (rule === 'own' ? [event] : []));

  it.each(named)('%s is for who may watch the channel', async (event) => {
    for (const who of [clients.guest, clients.outsider]) {
      const socket = await connect(who);
      const hidden = await errorOf(socket, event, targets.hidden);
      expect(hidden?.code).toBe('channel_not_found');
      expect(hidden).toEqual(await errorOf(socket, event, nothing));
      expect((await errorOf(socket, event, targets.locked))?.code).toBe('password_required');
    }
    for (const who of [clients.member, clients.owner]) {
      const socket = await connect(who);
      for (const target of [targets.hidden, targets.locked])
        expect(isRefusal((await errorOf(socket, event, target))?.code)).toBe(false);
    }
  });

  it.each(others)('%s is about what the connection was given: nothing yet', async (event) => {
    const socket = await connect(clients.outsider);
    const reply = await ask(socket, event, { channel: targets.hidden.name });
    expect(JSON.stringify(reply)).not.toContain(SECRET);
    expect(reply.ok).toBe(false);
  });
});
