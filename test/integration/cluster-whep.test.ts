import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import { WhepEvents } from '../../src/whep/whep-events.js';
import { WhepService } from '../../src/whep/whep.service.js';
import type { TestApp } from '../support/app.js';
import { type Answer, HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { TestNodes } from '../support/nodes.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 45_000, interval: 50 };
const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const CANDIDATE = 'a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host';
const RESTART = `a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n${CANDIDATE}\r\n`;

describe.skipIf(!process.env.TEST_DATABASE_URL)('a WHEP player’s session', () => {
  let nodes: TestNodes;
  /** The node that has the session. */
  let own: TestApp;
  /** The node that receives the requests. */
  let other: TestApp;
  let owner: HttpClient;
  let guest: HttpClient;
  let publisher: WeriftPublisher;
  const players: WeriftViewer[] = [];

  beforeAll(async () => {
    nodes = await TestNodes.open();
    const settings = { GRACE_SECONDS: '30' };
    own = await nodes.start('own', settings);
    other = await nodes.start('other', settings);
    owner = await loggedIn(own.url, 'ann');
    guest = new HttpClient(other.url);
    for (const name of ['ann', 'dark']) await owner.post('/api/channels', { name, title: '' });
    const { body } = await owner.post('/api/channels/ann/stream-key');
    const { streamKey: key } = body as { streamKey: string };
    const film = { video: 'h264', audio: true, size: '320x180' } as const;
    publisher = new WeriftPublisher({ url: own.url, channel: 'ann', key, film });
    await publisher.publish();
    for (const node of [own, other])
      await vi.waitUntil(async () => (await channelAt(node)).broadcast?.state === 'live', LIMIT);
  }, 60_000);
  afterEach(async () => {
    for (const player of players.splice(0)) {
      if (player.resource !== '') await player.end();
      await player.vanish();
    }
    await access({ visibility: 'public' });
    for (const node of [own, other])
      await vi.waitUntil(async () => (await channelAt(node)).viewers === 0, LIMIT);
  });
  afterAll(async () => {
    await publisher?.end();
    await nodes?.close();
  });

  const channelAt = async ({ url }: TestApp) =>
    (await new HttpClient(url).get('/api/channels/ann')).body as ChannelView;
  const access = (change: object) =>
    owner.request('PATCH', '/api/channels/ann/access', { body: change });

  /** Watches at the session's node; resolves with the session's path. */
  async function watch(options: Partial<ConstructorParameters<typeof WeriftViewer>[0]> = {}) {
    const player = new WeriftViewer({
      url: own.url,
      channel: 'ann',
      payloadTypes: { audio: 96, video: 97 },
      ...options,
    });
    players.push(player);
    const answer = await player.watch();
    expect(answer.status).toBe(201);
    return { player, path: new URL(player.resource).pathname, answer };
  }

  const receives = async ({ packets }: WeriftViewer) => {
    const before = { ...packets };
    for (const kind of ['audio', 'video'] as const)
      await vi.waitUntil(() => packets[kind] > before[kind] + 20, LIMIT);
  };

  const send = (
    method: string,
    path: string,
    text?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> => guest.request(method, path, { headers, ...(text ? { text } : {}) });
  const patch = (path: string, text: string, headers: Record<string, string>) =>
    send('PATCH', path, text, { 'content-type': FRAGMENT, ...headers });

  it('is found, and deleted, at another node', async () => {
    const { player, path } = await watch();
    await receives(player);
    expect((await send('GET', path)).status).toBe(204);
    expect((await send('DELETE', path.replace('/ann/', '/dark/'))).status).toBe(404);
    expect((await send('DELETE', path)).status).toBe(200);
    expect(own.app.get(WhepService).size).toBe(0);
    for (const method of ['GET', 'DELETE']) expect((await send(method, path)).status).toBe(404);
    for (const node of [crypto.randomUUID(), 'x', ''])
      expect((await send('GET', path.replace(/[^/]+\./, `${node}.`))).status).toBe(404);
  });

  it('restarts ICE at another node', async () => {
    const { player, path } = await watch();
    await receives(player);
    const ifMatch = { 'if-match': player.etag };
    expect((await patch(path, RESTART, {})).status).toBe(428);
    expect((await patch(path, RESTART, { 'if-match': '"another"' })).status).toBe(412);
    expect((await patch(path, 'nonsense', ifMatch)).error?.code).toBe('bad_request');
    const restarted = await patch(path, RESTART, ifMatch);
    expect(restarted.status).toBe(200);
    expect(restarted.body).toMatch(/^a=ice-ufrag:\w{4,}\r$/m);
    const etag = restarted.headers.get('etag') ?? '';
    expect(etag).not.toBe(player.etag);
    expect((await patch(path, RESTART, ifMatch)).status).toBe(412);
    expect((await patch(path, RESTART, { 'if-match': etag })).status).toBe(204);
  });

  it('is answered at another node, if the server made the offer', async () => {
    const opened = await new HttpClient(own.url).request('POST', '/whep/ann', {});
    const path = opened.headers.get('location') ?? '';
    const answer = String(opened.body)
      .replaceAll('a=sendonly', 'a=recvonly')
      .replaceAll('a=setup:actpass', 'a=setup:active');
    const send204 = () => send('PATCH', path, answer, { 'content-type': SDP });
    expect((await send204()).status).toBe(204);
    expect((await send204()).error?.code).toBe('conflict');
    expect((await send('DELETE', path)).status).toBe(200);
  });

  it('cannot be changed by those who are not allowed to watch, on any node', async () => {
    const body = { name: 'player', scopes: ['channels:read'], expiresInDays: null };
    const made = await owner.post('/api/account/tokens', { ...body, password: PASSWORD });
    const { token } = made.body as { token: string };
    await access({ visibility: 'private' });
    const { player, path } = await watch({ token });
    const ifMatch = { 'if-match': player.etag };
    expect((await patch(path, RESTART, ifMatch)).error?.code).toBe('channel_not_found');
    const authorized = { ...ifMatch, authorization: `Bearer ${token}` };
    expect((await patch(path, RESTART, authorized)).status).toBe(200);
  });

  it('gets its layer from another node', async () => {
    const { path } = await watch();
    const layer = `${path}/layer`;
    expect((await guest.post(layer, { encodingId: '0' })).status).toBe(200);
    expect((await guest.post(layer, { encodingId: 'best' })).status).toBe(400);
    await send('DELETE', path);
    expect((await guest.post(layer, { encodingId: '0' })).status).toBe(404);
  });

  /** Reads events from the node that receives the requests. */
  async function listen(path: string) {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const response = await fetch(`${other.url}${path}`, { signal: stop.signal });
    const events: string[] = [];
    const read = async () => {
      let text = '';
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = `${text}${chunk}`.split('\n\n');
        text = blocks.pop() ?? '';
        events.push(...blocks);
      }
    };
    const ended = read().then(
      () => 'ended',
      () => 'aborted',
    );
    return { status: response.status, headers: response.headers, events, ended, stop };
  }

  it('sends its events through another node, until it ends', async () => {
    const { path } = await watch();
    const { status, headers, events, ended } = await listen(`${path}/sse`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    await expect
      .poll(() => events, LIMIT)
      .toEqual([
        'event: active\ndata: {}',
        'event: layers\ndata: {"1":{"layers":[{"encodingId":"0","rid":"0","spatialLayerId":0}]}}',
        'event: viewercount\ndata: {"viewercount":1}',
      ]);
    await watch();
    const last = 'event: viewercount\ndata: {"viewercount":2}';
    await expect.poll(() => events.at(-1), LIMIT).toBe(last);
    await send('DELETE', path);
    expect(await ended).toBe('ended');
    expect((await listen(`${path}/sse`)).status).toBe(404);
  });

  it('sends the requested events, until they are no longer requested', async () => {
    const { path } = await watch();
    const made = await guest.post(`${path}/sse`, ['viewercount']);
    expect(made.status).toBe(201);
    const { events, ended } = await listen(made.headers.get('location') ?? '');
    await expect.poll(() => events, LIMIT).toEqual(['event: viewercount\ndata: {"viewercount":1}']);
    expect((await send('DELETE', `${path}/sse`)).status).toBe(200);
    expect(await ended).toBe('ended');
    expect((await send('GET', path)).status).toBe(204);
  });

  it('stops sending events when the client leaves', async () => {
    const { path } = await watch();
    const { events, ended, stop } = await listen(`${path}/sse`);
    await vi.waitUntil(() => events.length === 3, LIMIT);
    expect(own.app.get(WhepEvents).size).toBe(1);
    stop.abort();
    expect(await ended).toBe('aborted');
    await expect.poll(() => own.app.get(WhepEvents).size, LIMIT).toBe(0);
  });
});
