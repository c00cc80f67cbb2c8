import { beforeAll, expect, it, vi } from 'vitest';
import { AccessService } from '../../src/access/access.service.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { useServer } from '../support/fixtures/use-server.js';

const LIMIT = { timeout: 30_000, interval: 100 };
const server = useServer();
let owner: HttpClient;
let guest: HttpClient;

beforeAll(async () => {
  owner = await loggedIn(server.url, 'ann');
  guest = new HttpClient(server.url);
  await owner.post('/api/channels', { name: 'ann' });
});

const current = async () => ((await owner.get('/api/channels/ann')).body as ChannelView).broadcast;
/** Publishes audio over WHIP until its HLS is available. */
async function goLive() {
  const { body } = await owner.post('/api/channels/ann/stream-key', {});
  const { streamKey: key } = body as { streamKey: string };
  const film = { video: null, audio: true } as const;
  const publisher = new WeriftPublisher({ url: server.url, channel: 'ann', key, film });
  expect((await publisher.publish()).status).toBe(201);
  await vi.waitUntil(async () => (await current())?.hls === 'ready', LIMIT);
  return { publisher, id: (await current())?.id ?? '' };
}
const statusOf = async (who: HttpClient, path: string) => (await who.get(path)).status;

it('the remains of a private broadcast stay private until the next one', async () => {
  const { publisher, id } = await goLive();
  expect(await statusOf(guest, '/hls/ann/index.m3u8')).toBe(200);
  await owner.request('PATCH', `/api/broadcasts/${id}`, { body: { visibility: 'private' } });
  const { hls } = (await owner.get('/api/channels/ann/playback')).body as { hls: string };
  await publisher.end();
  await vi.waitUntil(async () => {
    const { body } = await owner.get(`/api/broadcasts/${id}`);
    return (body as { endedAt: string | null }).endedAt !== null;
  }, LIMIT);
  // An entry cached before the broadcast's end would hide a mistake.
  await server.app.get(AccessService).read('ann');
  expect(await statusOf(owner, hls)).toBe(200);
  expect(await statusOf(guest, '/hls/ann/index.m3u8')).toBe(404);
  const next = await goLive();
  expect(await statusOf(guest, '/api/channels/ann')).toBe(200);
  expect(await statusOf(guest, '/hls/ann/index.m3u8')).toBe(200);
  await next.publisher.end();
});

it('the remains of a deleted channel can’t be fetched by anyone', async () => {
  await goLive();
  await owner.request('PATCH', '/api/channels/ann/access', { body: { visibility: 'private' } });
  const { hls } = (await owner.get('/api/channels/ann/playback')).body as { hls: string };
  expect(await statusOf(owner, hls)).toBe(200);
  expect((await owner.request('DELETE', '/api/channels/ann', { body: {} })).status).toBe(204);
  for (const path of ['/hls/ann/index.m3u8', hls])
    for (const who of [guest, owner]) expect(await statusOf(who, path)).toBe(404);
  const other = await loggedIn(server.url, 'bob');
  expect((await other.post('/api/channels', { name: 'ann' })).status).toBe(201);
  expect(await statusOf(guest, '/hls/ann/index.m3u8')).toBe(404);
});
