import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LiveChannels } from '../../src/broadcast/live-channels.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { candidatesIn } from '../support/candidates-in.js';
import { type Answer, HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { playerOffer } from '../support/whep-offers.js';

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const LIMIT = { timeout: 30_000, interval: 100 };
const CANDIDATE = 'a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host';
let server: TestApp;
let owner: HttpClient;
let guest: HttpClient;
let publisher: WeriftPublisher;
const open: string[] = [];

type Request = { text?: string; type?: string; headers?: Record<string, string> };

const send = (method: string, path: string, { text, type, headers }: Request = {}, who = guest) =>
  who.request(method, path, {
    ...(text === undefined ? {} : { text }),
    headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers },
  });

const CREDENTIALS = { ufrag: 'zjkk', pwd: 'bP+XJMM09aR8AiX1jdukzR6Y' };
const offer = () => playerOffer('chrome', CREDENTIALS);
const watch = async (request: Request = {}, who = guest): Promise<Answer> => {
  const answer = await send('POST', '/whep/ann', { text: offer(), type: SDP, ...request }, who);
  const location = answer.headers.get('location');
  if (location !== null) open.push(location);
  return answer;
};
const fragment = (ufrag: string, pwd: string) =>
  `a=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n${CANDIDATE}\r\na=end-of-candidates\r\n`;

const RENEWED = { ufrag: 'ysXw', pwd: 'vw5LmwG4y/e6dPP/zAP9Gp5k' };
const trickle = fragment(CREDENTIALS.ufrag, CREDENTIALS.pwd);
const restart = fragment(RENEWED.ufrag, RENEWED.pwd);

const viewers = async () => ((await owner.get('/api/channels/ann')).body as ChannelView).viewers;

beforeAll(async () => {
  // The publisher connects to the second address; no interface has the first one.
  server = await startTestApp({
    overrides: { RTC_ANNOUNCED_ADDRESS: '198.51.100.7,127.0.0.1' },
  });
  owner = await loggedIn(server.url, 'ann');
  guest = new HttpClient(server.url);
  await owner.post('/api/channels', { name: 'ann', title: 'Ann' });
  await owner.post('/api/channels', { name: 'dark', title: 'Not live' });
  const { body } = await owner.post('/api/channels/ann/stream-key');
  const { streamKey: key } = body as { streamKey: string };
  const film = { video: 'h264', audio: true } as const;
  publisher = new WeriftPublisher({ url: server.url, channel: 'ann', key, film });
  await publisher.publish();
  const liveChannels = server.app.get(LiveChannels);
  await vi.waitUntil(() => liveChannels.liveChannelIds().length === 1, LIMIT);
});
afterEach(async () => {
  for (const path of open.splice(0)) await send('DELETE', path);
  await owner.request('PATCH', '/api/channels/ann/access', { body: { visibility: 'public' } });
});
afterAll(async () => {
  await publisher.end();
  await server.close();
});

describe('POST /whep/NAME', () => {
  it('answers an offer with 201 and everything a player needs', async () => {
    const { status, headers, body } = await watch({ type: 'application/sdp; charset=utf-8' });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toMatch(/^application\/sdp/);
    expect(headers.get('location')).toMatch(/^\/whep\/ann\/[\w-]{36}$/);
    expect(headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(headers.get('accept-patch')).toContain(FRAGMENT);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toMatch(/Location.*Link.*ETag/);
    expect(body).toMatch(/^a=setup:passive\r$/m);
    expect(body).not.toMatch(/^a=(recvonly|sendrecv|inactive)\r$/m);
    expect(await viewers()).toBe(1);
    expect((await guest.get('/metrics')).body).toMatch(/^onair_whep_viewers 1$/m);
  });

  it('starts with the address that the request reached, and ends with TCP', async () => {
    for (const { body } of [await watch({}), await watch({ text: '' })])
      expect(candidatesIn(String(body))).toEqual([
        'udp 127.0.0.1',
        'udp 198.51.100.7',
        'tcp 127.0.0.1',
        'tcp 198.51.100.7',
      ]);
  });

  it('answers an empty body with an offer, to be answered once by PATCH', async () => {
    const { status, headers, body } = await watch({ text: '', type: SDP });
    expect(status).toBe(201);
    expect(body).toMatch(/^a=setup:actpass\r$/m);
    expect(body).toMatch(/^a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r$/m);
    const path = headers.get('location')!;
    const answer = playerOffer('chrome').replaceAll('a=setup:actpass', 'a=setup:active');
    expect((await send('PATCH', path, { text: 'v=1', type: SDP })).status).toBe(400);
    expect((await send('PATCH', path, { text: answer, type: SDP })).status).toBe(422);
    const ours = String(body)
      .replaceAll('a=sendonly', 'a=recvonly')
      .replaceAll('a=setup:actpass', 'a=setup:active');
    expect((await send('PATCH', path, { text: ours, type: SDP })).status).toBe(204);
    expect((await send('PATCH', path, { text: ours, type: SDP })).status).toBe(409);
  });

  it.each<[number, string, Request]>([
    [400, 'text that is not SDP', { text: 'hello', type: SDP }],
    [
      400,
      'SDP without media',
      { text: 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n', type: SDP },
    ],
    [415, 'another media type', { text: 'v=0', type: 'text/plain' }],
    [415, 'JSON', { text: '{}', type: 'application/json' }],
    [413, 'more than 64 KB', { text: 'v=0\r\n'.padEnd(70_000, 'a'), type: SDP }],
  ])('answers with %i to %s', async (status, _name, request) => {
    const answer = await send('POST', '/whep/ann', request);
    expect(answer.status).toBe(status);
    expect(answer.error?.message).toMatch(/\w/);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('accepts a trailing slash', async () => {
    const response = await fetch(`${server.url}/whep/ann/`);
    expect(response.status).toBe(200);
    expect(response.headers.get('accept-post')).toBe('application/sdp');
  });

  it('answers with 422 to an offer to receive nothing, or only kinds that are not sent', async () => {
    for (const text of [
      offer().replaceAll('a=recvonly', 'a=sendonly'),
      playerOffer('chrome').replaceAll(/H264|VP8|VP9|AV1/g, 'H265'),
    ])
      expect((await watch({ text })).status).toBe(422);
    expect(await viewers()).toBe(0);
  });

  it('says when to retry while the channel is not live', async () => {
    const { status, headers, error } = await send('POST', '/whep/dark', {
      text: offer(),
      type: SDP,
    });
    expect(status).toBe(409);
    expect(error?.code).toBe('not_live');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send('POST', '/whep/nobody', { text: offer(), type: SDP })).status).toBe(404);
  });
});

describe('players with different payload types', () => {
  it('use up to a dozen routers, then get 503 with a retry time; all routers close with them', async () => {
    const routers = () => [...server.app.get(SfuService).broadcasts][0]?.output.routers;
    const before = routers();
    const numbered = (payloadType: number) => ({
      text: offer()
        .replaceAll(/^(m=audio .* )111 /gm, `$1${payloadType} `)
        .replaceAll(/^(a=\w+(?:-fb)?:)111 /gm, `$1${payloadType} `),
    });
    for (let kind = 0; kind < 12; kind++)
      expect((await watch(numbered(50 + kind))).status).toBe(201);
    expect(routers()).toBe(12 + before!);
    const refused = await watch(numbered(62));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await watch(numbered(50))).status).toBe(201);
    expect((await watch({ text: '', type: SDP })).status).toBe(201);
    for (const path of open.splice(0)) await send('DELETE', path);
    expect(routers()).toBe(before);
  });
});

describe('a session', () => {
  it('accepts candidates with 204, but not those of another ICE session', async () => {
    const { headers } = await watch();
    const path = headers.get('location')!;
    const etag = headers.get('etag')!;
    const patch = (more: Record<string, string>, text = trickle, type = FRAGMENT) =>
      send('PATCH', path, { text, type, headers: more });
    const taken = await patch({ 'if-match': etag });
    expect(taken.status).toBe(204);
    expect(taken.headers.get('etag')).toBeNull();
    expect((await patch({})).status).toBe(428);
    expect((await patch({ 'if-match': '"another"' })).status).toBe(412);
    expect((await patch({ 'if-match': `W/${etag}` })).status).toBe(412);
    expect((await patch({ 'if-match': etag }, 'nonsense')).status).toBe(400);
    expect((await patch({ 'if-match': etag }, '{}', 'application/json')).status).toBe(415);
    expect((await patch({ 'if-match': '*' }, `${CANDIDATE}\r\n`)).status).toBe(422);
  });

  it.each(['*', '"*"'])('restarts ICE for If-Match: %s, with a new ETag', async (ifMatch) => {
    const { headers, body: answer } = await watch();
    const path = headers.get('location')!;
    const before = headers.get('etag')!;
    const restarted = await send('PATCH', path, {
      text: restart,
      type: FRAGMENT,
      headers: { 'if-match': ifMatch },
    });
    expect(restarted.status).toBe(200);
    expect(restarted.headers.get('content-type')).toMatch(FRAGMENT);
    const etag = restarted.headers.get('etag')!;
    expect(etag).not.toBe(before);
    const ufragOf = (text: unknown) => /^a=ice-ufrag:(.+)\r$/m.exec(String(text))?.[1];
    expect(ufragOf(restarted.body)).toMatch(/^\w{4,}$/);
    expect(ufragOf(restarted.body)).not.toBe(ufragOf(answer));
    expect(restarted.body).toMatch(/^a=candidate:/m);
    const late = { text: trickle, type: FRAGMENT, headers: { 'if-match': before } };
    expect((await send('PATCH', path, late)).status).toBe(412);
    const next = { text: restart, type: FRAGMENT, headers: { 'if-match': etag } };
    expect((await send('PATCH', path, next)).status).toBe(204);
  });

  it('is deleted with 200 whatever If-Match says, and not found afterwards', async () => {
    const { headers } = await watch();
    const path = headers.get('location')!;
    expect((await send('GET', path)).status).toBe(204);
    const headersOf = { 'if-match': '"another"' };
    expect((await send('DELETE', path, { headers: headersOf })).status).toBe(200);
    expect(await viewers()).toBe(0);
    for (const method of ['GET', 'DELETE']) expect((await send(method, path)).status).toBe(404);
    expect((await send('PATCH', path, { text: trickle, type: FRAGMENT })).status).toBe(404);
  });

  it('belongs to one channel', async () => {
    const { headers } = await watch();
    const path = headers.get('location')!.replace('/ann/', '/dark/');
    expect((await send('DELETE', path)).status).toBe(404);
  });
});

describe('discovery by players and browsers', () => {
  it('describes WHEP in HEAD and GET responses', async () => {
    for (const method of ['HEAD', 'GET']) {
      const { status, headers, body } = await send(method, '/whep/ann');
      expect([status, body]).toEqual([200, '']);
      expect(headers.get('content-type')).toMatch(/^application\/sdp/);
    }
  });

  it.each(['/whep/ann', '/whep/nobody', '/whep/ann/x'])(
    'is allowed from any origin: %s',
    async (path) => {
      const { status, headers } = await send('OPTIONS', path, {
        headers: { origin: 'https://other.example', 'access-control-request-method': 'POST' },
      });
      expect(status).toBe(200);
      expect(headers.get('accept-post')).toBe(SDP);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      for (const name of ['Authorization', 'Content-Type', 'If-Match'])
        expect(headers.get('access-control-allow-headers')).toContain(name);
    },
  );
});

describe('a viewer', () => {
  const access = (change: object) =>
    owner.request('PATCH', '/api/channels/ann/access', { body: change });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const tokenOf = async (who: HttpClient, scopes: string[]) => {
    const { body } = await who.post('/api/account/tokens', {
      name: 'player',
      scopes,
      expiresInDays: null,
      password: PASSWORD,
    });
    return (body as { token: string }).token;
  };

  it('watches a private channel with an API token of its account, until access is revoked', async () => {
    const bob = await loggedIn(server.url, 'bob');
    const token = await tokenOf(bob, ['channels:read']);
    const other = await tokenOf(bob, ['chat:read']);
    await access({ visibility: 'private' });
    expect((await watch()).status).toBe(404);
    expect((await watch(bearer(token))).status).toBe(404);
    await owner.request('PUT', '/api/channels/ann/members/bob', { body: {} });
    expect((await watch(bearer(other))).status).toBe(403);
    const { status, headers } = await watch(bearer(token));
    expect(status).toBe(201);
    const path = headers.get('location')!;
    const patch = { text: trickle, type: FRAGMENT };
    const ifMatch = { 'if-match': headers.get('etag')! };
    expect((await send('PATCH', path, { ...patch, headers: ifMatch })).status).toBe(404);
    const authorized = { ...ifMatch, ...bearer(token).headers };
    expect((await send('PATCH', path, { ...patch, headers: authorized })).status).toBe(204);
    await owner.request('DELETE', '/api/channels/ann/members/bob', { body: {} });
    await vi.waitUntil(async () => (await viewers()) === 0, { timeout: 30_000, interval: 100 });
  });

  it('watches a password-protected channel with the pass that its password grants', async () => {
    await access({ visibility: 'password', password: 'open sesame' });
    expect((await watch()).error?.code).toBe('password_required');
    const visitor = new HttpClient(server.url);
    await visitor.post('/api/channels/ann/unlock', { password: 'open sesame' });
    const pass = visitor.cookies.get('onair_passes')!;
    expect((await watch(bearer(pass))).status).toBe(201);
    expect((await watch({}, visitor)).status).toBe(201);
    expect((await watch(bearer(`${pass}x`))).status).toBe(403);
    expect(await viewers()).toBe(2);
    await access({ visibility: 'password', password: 'another one' });
    await vi.waitUntil(async () => (await viewers()) === 0, { timeout: 30_000, interval: 100 });
  });

  it('is anonymous if another site’s page sends its cookies along', async () => {
    await access({ visibility: 'private' });
    const headers = { origin: 'https://other.example' };
    expect((await watch({ headers }, owner)).status).toBe(404);
    expect((await watch({}, owner)).status).toBe(201);
  });

  it('is disconnected at logout', async () => {
    const cat = await loggedIn(server.url, 'cat');
    await access({ visibility: 'private' });
    await owner.request('PUT', '/api/channels/ann/members/cat', { body: {} });
    expect((await watch({}, cat)).status).toBe(201);
    await cat.post('/api/auth/logout', {});
    await vi.waitUntil(async () => (await viewers()) === 0, { timeout: 30_000, interval: 100 });
  });
});

describe('the extensions', () => {
  /** Reads `count` events. */
  const eventsOf = async (path: string, count: number): Promise<string[]> => {
    const stop = new AbortController();
    const { body, headers } = await fetch(`${server.url}${path}`, { signal: stop.signal });
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    const events: string[] = [];
    let text = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      events.push(...blocks);
      if (events.length >= count) break;
    }
    stop.abort();
    return events;
  };
  const linkOf = (answer: Answer, rel: string) =>
    new RegExp(`<([^>]+)>; rel="urn:ietf:params:whep:ext:core:${rel}"`).exec(
      answer.headers.get('link') ?? '',
    )?.[1] ?? '';

  it('send events for the state of the channel, its layers and its viewers', async () => {
    const answer = await watch();
    const path = linkOf(answer, 'server-sent-events');
    expect(await eventsOf(path, 3)).toEqual([
      'event: active\ndata: {}',
      'event: layers\ndata: {"1":{"layers":[{"encodingId":"0","rid":"0","spatialLayerId":0}]}}',
      'event: viewercount\ndata: {"viewercount":1}',
    ]);
    const made = await guest.post(path, ['viewercount']);
    expect(made.status).toBe(201);
    const told = eventsOf(made.headers.get('location')!, 2);
    await watch();
    expect((await told).at(-1)).toBe('event: viewercount\ndata: {"viewercount":2}');
    expect((await guest.post(path, ['weather'])).status).toBe(400);
    expect((await send('DELETE', path)).status).toBe(200);
  });

  it('pin the picture to a layer, and release it', async () => {
    const path = linkOf(await watch(), 'layer');
    for (const choice of [{ mediaId: '1', encodingId: '0' }, { rid: '0' }, { mediaId: '1' }])
      expect((await guest.post(path, choice)).status).toBe(200);
    expect((await guest.post(path, { encodingId: 'best' })).status).toBe(400);
  });

  it('end with the session', async () => {
    const answer = await watch();
    const path = linkOf(answer, 'server-sent-events');
    const response = await fetch(`${server.url}${path}`);
    await send('DELETE', answer.headers.get('location')!);
    await response.text();
    expect((await send('GET', path)).status).toBe(404);
  });
});
