import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import { useServer } from '../support/fixtures/use-server.js';

const LIMIT = { timeout: 40_000, interval: 100 };
const server = useServer({ overrides: { GRACE_SECONDS: '5' } });
let ann: Person;
let key = '';
const publishers: WeriftPublisher[] = [];

const broadcast = async (): Promise<BroadcastView | null> =>
  (await api<ChannelView>(server.url, null, 'GET', '/channels/ann')).broadcast;
const ingest = () => api<IngestView>(server.url, ann, 'GET', '/channels/ann/ingest');
const history = () => api<BroadcastView[]>(server.url, ann, 'GET', '/channels/ann/broadcasts');
const stored = () => server.app.get(PrismaService).broadcast.count();
const has = (state: BroadcastView['state']) => async () => (await broadcast())?.state === state;

const publisher = (audio = true): WeriftPublisher => {
  const film = { video: 'h264', audio } as const;
  const made = new WeriftPublisher({ url: server.url, channel: 'ann', key, film });
  publishers.push(made);
  return made;
};

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
});
afterEach(async () => {
  for (const one of publishers.splice(0)) await one.end();
  await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
});

describe('a publisher that sends nothing', () => {
  it('is not live, and leaves no broadcast behind', async () => {
    const before = await stored();
    const silent = publisher();
    expect((await silent.publish({ silent: true })).status).toBe(201);
    await vi.waitUntil(() => silent.state === 'connected', LIMIT);
    expect(await broadcast()).toBeNull();
    expect(await ingest()).toMatchObject({ source: 'whip', connected: false });
    expect(await stored()).toBe(before + 1);
    expect((await silent.end()).status).toBe(200);
    publishers.splice(0);
    await vi.waitUntil(async () => (await stored()) === before, LIMIT);
    expect(await history()).toHaveLength(before);
  });

  it('is live with its first packet', async () => {
    const late = publisher();
    await late.publish({ silent: true });
    await vi.waitUntil(() => late.state === 'connected', LIMIT);
    expect(await broadcast()).toBeNull();
    await late.startFilm();
    await vi.waitUntil(has('live'), LIMIT);
  });
});

describe('a publisher that stops sending but keeps its connection', () => {
  it('is interrupted, then ended after the grace period', async () => {
    const one = publisher();
    await one.publish();
    await vi.waitUntil(has('live'), LIMIT);
    const { id } = (await broadcast())!;
    await vi.waitUntil(async () => (await ingest()).connected, LIMIT);
    await one.fallSilent();
    await vi.waitUntil(has('interrupted'), LIMIT);
    expect(one.state).toBe('connected');
    expect((await ingest()).connected).toBe(false);
    await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
    expect(await api(server.url, ann, 'GET', `/broadcasts/${id}`)).toMatchObject({
      state: 'ended',
      endReason: 'grace_elapsed',
    });
  });

  it('resumes its broadcast when it sends again', async () => {
    const one = publisher();
    await one.publish();
    await vi.waitUntil(has('live'), LIMIT);
    const { id } = (await broadcast())!;
    await one.fallSilent();
    await vi.waitUntil(has('interrupted'), LIMIT);
    await one.startFilm();
    await vi.waitUntil(has('live'), LIMIT);
    expect((await broadcast())?.id).toBe(id);
  });

  it('yields to another publisher with the same key', async () => {
    const one = publisher();
    await one.publish();
    await vi.waitUntil(has('live'), LIMIT);
    const { id } = (await broadcast())!;
    await one.fallSilent();
    await vi.waitUntil(has('interrupted'), LIMIT);
    expect((await publisher().publish()).status).toBe(201);
    await vi.waitUntil(has('live'), LIMIT);
    expect((await broadcast())?.id).toBe(id);
  });
});
