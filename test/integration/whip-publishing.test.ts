import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { Film } from '../support/film-rtp.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { useServer } from '../support/fixtures/use-server.js';

const LIMIT = { timeout: 30_000, interval: 100 };
const server = useServer({ overrides: { GRACE_SECONDS: '20' } });
let ann: Person;
let key = '';
const publishers: WeriftPublisher[] = [];

const broadcast = async (): Promise<BroadcastView | null> =>
  (await api<ChannelView>(server.url, null, 'GET', '/channels/ann')).broadcast;

const publisher = (film: Film): WeriftPublisher => {
  const made = new WeriftPublisher({ url: server.url, channel: 'ann', key, film });
  publishers.push(made);
  return made;
};

/** Returns a playlist, or an empty string if none exists. */
const playlist = async (path: string): Promise<string> => {
  const response = await fetch(`${server.url}/hls/ann/${path}`);
  return response.ok ? response.text() : '';
};

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
});
afterEach(async () => {
  for (const one of publishers.splice(0)) await one.end();
  await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
});

describe('a WHIP publisher', () => {
  it.each<[string, Film, RegExp]>([
    ['H.264 baseline and Opus', { video: 'h264', audio: true }, /avc1\.42/],
    ['H.264 high and Opus', { video: 'h264', profile: 'high', audio: true }, /avc1\.64/],
    ['VP8 and Opus', { video: 'vp8', audio: true }, /avc1/],
    ['a picture alone', { video: 'h264', audio: false }, /avc1\.42/],
    ['sound alone', { video: null, audio: true }, /opus/i],
  ])('is live with %s, and played as HLS', async (_name, film, codecs) => {
    const { status } = await publisher(film).publish();
    expect(status).toBe(201);
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    expect(await broadcast()).toMatchObject({ source: 'whip', state: 'live' });
    await vi.waitUntil(async () => (await broadcast())?.hls === 'ready', LIMIT);
    const index = await playlist('index.m3u8');
    expect(index).toContain('#EXT-X-STREAM-INF');
    expect(index).toMatch(codecs);
    const rendition = index.split('\n').find((line) => line.endsWith('.m3u8')) ?? '';
    await vi.waitUntil(async () => (await playlist(rendition)).includes('#EXTINF'), LIMIT);
  });

  it('shows its owner what arrives', async () => {
    await publisher({ video: 'h264', profile: 'main', audio: true }).publish();
    const ingest = () => api<IngestView>(server.url, ann, 'GET', '/channels/ann/ingest');
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    await vi.waitUntil(async () => {
      const { tracks } = await ingest();
      return (
        tracks.length === 2 && tracks.every(({ streams }) => (streams[0]?.bitrateBps ?? 0) > 0)
      );
    }, LIMIT);
    const { source, connected, tracks } = await ingest();
    expect({ source, connected }).toEqual({ source: 'whip', connected: true });
    expect(tracks.map(({ kind, codec }) => `${kind} ${codec}`).toSorted()).toEqual([
      'audio opus',
      'video H264',
    ]);
  });

  it('ends the broadcast by deleting its session', async () => {
    const obs = publisher({ video: null, audio: true });
    await obs.publish();
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    const { id } = (await broadcast()) ?? { id: '' };
    expect(await obs.end()).toMatchObject({ status: 200 });
    publishers.splice(0);
    expect(await broadcast()).toBeNull();
    expect(await api(server.url, ann, 'GET', `/broadcasts/${id}`)).toMatchObject({
      endReason: 'publisher_ended',
    });
  });

  it('is admitted again before its loss is noticed', async () => {
    const first = publisher({ video: null, audio: true });
    await first.publish();
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    const { id } = (await broadcast()) ?? { id: '' };
    await first.vanish();
    publishers.splice(0);
    await vi.waitUntil(
      async () => (await publisher({ video: null, audio: true }).publish()).status === 201,
      { timeout: 30_000, interval: 500 },
    );
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    expect((await broadcast())?.id).toBe(id);
  });

  it('is disconnected when its owner is disabled', async () => {
    await publisher({ video: null, audio: true }).publish();
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    const { account } = server.app.get(PrismaService);
    const disable = (disabledAt: Date | null) =>
      account.update({ where: { username: 'ann' }, data: { disabledAt } });
    await disable(new Date());
    await vi.waitUntil(async () => (await broadcast())?.state === 'interrupted', LIMIT);
    expect((await publisher({ video: null, audio: true }).publish()).status).toBe(401);
    await disable(null);
  });

  it('resumes its broadcast after a loss', async () => {
    const first = publisher({ video: null, audio: true });
    await first.publish();
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    const { id } = (await broadcast()) ?? { id: '' };
    await first.vanish();
    publishers.splice(0);
    await vi.waitUntil(async () => (await broadcast())?.state === 'interrupted', LIMIT);
    const { status } = await publisher({ video: null, audio: true }).publish();
    expect(status).toBe(201);
    await vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
    expect((await broadcast())?.id).toBe(id);
  });
});
