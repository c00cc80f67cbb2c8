import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { HlsService } from '../../src/hls/hls.service.js';
import { EVENTS, ROUTES, type RouteRule, type Target } from '../support/access-table.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Answer, HttpClient, loggedIn } from '../support/http-client.js';
import { methodOf } from '../support/routes.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';

const PASSWORD = 'open sesame';
const SECRET = 'a title that is nobody’s business';
const PICTURE = { jpeg: new Uint8Array([1, 2, 3]), version: 'v1' };

let server: TestApp;
const clients: Record<'guest' | 'outsider' | 'member' | 'owner', HttpClient> = {} as never;
/** Channels for everybody, each with a broadcast on that is not. */
const targets: Record<'private' | 'password', Target> = {} as never;
const nothing: Target = { name: 'no-such-channel', broadcastId: randomUUID() };
const sockets: ClientSocket[] = [];

async function connect(who: HttpClient): Promise<ClientSocket> {
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return openSocket(server.url, cookie === '' ? {} : { cookie });
}

async function goLive(name: string, visibility: 'private' | 'password'): Promise<Target> {
  const { owner } = clients;
  await owner.post('/api/channels', { name, title: SECRET });
  const access = `/api/channels/${name}/access`;
  // The password stays the channel's while that is for everybody.
  const locked = { visibility: 'password', password: PASSWORD };
  await owner.request('PATCH', access, { body: locked });
  await owner.request('PATCH', access, { body: { visibility: 'public' } });
  const socket = await connect(owner);
  const { broadcast } = await request(socket, 'publisher:start', { channel: name, visibility });
  const recording = { broadcastId: broadcast.id, state: 'FAILED' as const };
  await server.app.get(PrismaService).recording.create({ data: recording });
  return { name, broadcastId: broadcast.id };
}

beforeAll(async () => {
  server = await startTestApp({ webRoot: resolve('test/fixtures/web') });
  clients.guest = new HttpClient(server.url);
  clients.outsider = await loggedIn(server.url, 'outsider');
  clients.member = await loggedIn(server.url, 'member');
  clients.owner = await loggedIn(server.url, 'owner');
  targets.private = await goLive('now-private', 'private');
  targets.password = await goLive('now-locked', 'password');
  await clients.owner.request('PUT', '/api/channels/now-private/members/member', { body: {} });
  await clients.member.post('/api/channels/now-locked/unlock', { password: PASSWORD });
  // As if there were pictures of both.
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

const textOf = ({ body }: Answer) => (typeof body === 'string' ? body : JSON.stringify(body));

/** All but what names what was asked for. */
function withoutName(answer: Answer, { name, broadcastId }: Target) {
  const text = textOf(answer).replaceAll(name, 'NAME').replaceAll(broadcastId, 'ID');
  return { status: answer.status, type: answer.headers.get('content-type'), text };
}

type ChannelRule = Extract<RouteRule, { rule: 'channel' }>;
const ofChannels = Object.entries(ROUTES).filter(
  (entry): entry is [string, ChannelRule] => entry[1].rule === 'channel',
);

describe.each(ofChannels)('%s while a broadcast is on that is for fewer', (route, to) => {
  const send = (who: HttpClient, target: Target) =>
    who.request(methodOf(route), to.path(target), to.body === undefined ? {} : { body: to.body });

  it.each(['guest', 'outsider'] as const)('is not for a %s', async (who) => {
    const hidden = await send(clients[who], targets.private);
    const none = await send(clients[who], nothing);
    expect(none.status).toBe(404);
    expect(withoutName(hidden, targets.private)).toEqual(withoutName(none, nothing));
    const locked = await send(clients[who], targets.password);
    expect(textOf(locked)).not.toContain(SECRET);
    const asksOnPage = textOf(locked).includes('"locked":"now-locked"');
    const asked = to.locked === 'page' && asksOnPage ? 'page' : locked.error?.code;
    expect(asked).toBe(to.locked ?? 'password_required');
  });

  it.skipIf(to.notForMembers)('is for who is on the list, and who typed the password', async () => {
    for (const target of Object.values(targets)) {
      const answer = await send(clients.member, target);
      expect(answer.status).not.toBe(404);
      expect(answer.error?.code).not.toBe('password_required');
      expect(textOf(answer)).not.toContain('"locked":"now');
    }
  });
});

describe('while a broadcast is on that is for fewer', () => {
  it('the channel is in the lists of those only who are on its list', async () => {
    const namesFor = async (who: HttpClient) =>
      ((await who.get('/api/channels')).body as { name: string }[]).map(({ name }) => name);
    expect(await namesFor(clients.guest)).toEqual([]);
    expect(await namesFor(clients.outsider)).toEqual([]);
    expect(await namesFor(clients.member)).toEqual(['now-private']);
  });

  it.each(['private', 'password'] as const)('HLS is by a token only: %s', async (which) => {
    const { name } = targets[which];
    const { hls } = (await clients.member.get(`/api/channels/${name}/playback`)).body as {
      hls: string;
    };
    const byToken = hls.replace('index.m3u8', 'thumbnail.jpg');
    expect((await clients.guest.get(byToken)).status).toBe(200);
    for (const who of [clients.guest, clients.outsider])
      expect((await who.get(`/hls/${name}/index.m3u8`)).status).toBe(404);
  });

  const named = Object.entries(EVENTS).flatMap(([event, rule]) =>
    rule === 'channel' ? [event] : [],
  );
  it.each(named)('%s is for who may watch it', async (event) => {
    const errorOf = async (who: HttpClient, { name: channel }: Target) => {
      const socket = await connect(who);
      sockets.push(socket);
      const reply = await ask(socket, event, { channel });
      return reply.ok ? null : reply.error.code;
    };
    for (const who of [clients.guest, clients.outsider]) {
      expect(await errorOf(who, targets.private)).toBe('channel_not_found');
      expect(await errorOf(who, targets.password)).toBe('password_required');
    }
    for (const target of Object.values(targets))
      expect(['channel_not_found', 'password_required']).not.toContain(
        await errorOf(clients.member, target),
      );
  });
});
