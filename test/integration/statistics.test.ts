import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LiveChannels } from '../../src/broadcast/live-channels.js';
import { CLOCK, type Clock } from '../../src/common/clock.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { BroadcastStatistics } from '../../src/protocol/statistics.js';
import type { Sample } from '../../src/statistics/sample.js';
import { SampleRepository } from '../../src/statistics/sample.repository.js';
import { SampleWriter, WAITING_MAX } from '../../src/statistics/sample-writer.js';
import { BroadcastSampler } from '../../src/statistics/broadcast-sampler.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { type ClientSocket, openSocket, request } from '../support/sockets.js';
import { pretendArrival } from '../support/media-arrival.js';

let server: TestApp;
let ann: HttpClient;
const sockets: ClientSocket[] = [];

async function connect(client?: HttpClient): Promise<ClientSocket> {
  const cookie = [...(client?.cookies ?? [])].map((pair) => pair.join('=')).join('; ');
  const socket = await openSocket(server.url, cookie === '' ? {} : { cookie });
  sockets.push(socket);
  return socket;
}

/** Starts a live broadcast; `pass` advances the time. */
async function goLive(channel: string) {
  const socket = await connect(ann);
  const { broadcast } = await request(socket, 'publisher:start', { channel });
  const live = [...server.app.get(LiveChannels).channels].find(({ name }) => name === channel);
  // Reports the first packet, as the media worker does.
  pretendArrival(live, socket.id);
  expect(live?.broadcast?.phase.name).toBe('live');
  const end = async () => {
    await request(socket, 'publisher:end', { channel });
    socket.disconnect();
  };
  return { id: broadcast.id, end };
}

/** Stops the service's clock at the current time. */
function holdTime() {
  const clock = server.app.get<Clock>(CLOCK);
  let nowMs = clock.nowMs();
  vi.spyOn(clock, 'nowMs').mockImplementation(() => nowMs);
  return {
    /** Advances by this many seconds, one at a time, as the service samples. */
    pass(seconds: number): void {
      for (let left = seconds; left > 0; left -= 1) {
        nowMs += 1_000;
        server.app.get(BroadcastSampler).countViewers();
      }
    },
  };
}

async function statisticsOf(id: string, who = ann): Promise<BroadcastStatistics> {
  const { status, body } = await who.get(`/api/broadcasts/${id}/statistics`);
  expect(status).toBe(200);
  return body as BroadcastStatistics;
}

const viewersOf = (name: string) => {
  const channels = [...server.app.get(LiveChannels).channels];
  return channels.find((channel) => channel.name === name)?.viewerCount ?? 0;
};

beforeAll(async () => {
  server = await startTestApp();
  ann = await loggedIn(server.url, 'ann');
  await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(() => server.close());

describe('a broadcast’s statistics', () => {
  it('report viewers, messages and watch time, while it is live and afterwards', async () => {
    const time = holdTime();
    const { id, end } = await goLive('tea');
    time.pass(10);
    const first = await connect(await loggedIn(server.url, 'bob'));
    const second = await connect();
    await request(first, 'viewer:join', { channel: 'tea' });
    await request(second, 'viewer:join', { channel: 'tea' });
    await expect.poll(() => viewersOf('tea')).toBe(2);
    time.pass(1);
    await request(first, 'chat:join', { channel: 'tea' });
    const write = (text: string) =>
      request(first, 'chat:send', { channel: 'tea', nonce: randomUUID(), text });
    await write('one');
    await write('two');
    const written = async () => (await statisticsOf(id)).messages.at(-1);
    await expect.poll(written).toBe(2);
    time.pass(9);
    second.disconnect();
    await expect.poll(() => viewersOf('tea')).toBe(1);
    time.pass(10);
    const live = await statisticsOf(id);
    expect(live).toMatchObject({ stepS: 10, peakViewers: 2 });
    expect(live.viewers).toEqual([0, 2, 2, 1]);
    expect(live.messages).toEqual([0, 2, 0, 0]);
    // Joining and leaving are noticed at the next sample: two viewers for nine seconds plus one
    // more, then one viewer for nine.
    expect(live.watchTimeS).toBe(9 * 2 + 2 + 9);
    await end();
    const over = await statisticsOf(id);
    expect(over).toEqual({ ...live, viewers: [0, 2, 2, 1] });
    await expect.poll(() => server.app.get(SampleWriter).flush()).toBe(true);
    expect(server.app.get(BroadcastSampler).unstored(id)).toEqual([]);
    expect(await statisticsOf(id)).toEqual(over);
  });

  it('are available only to the channel’s owner and moderators', async () => {
    const { id, end } = await goLive('tea');
    await end();
    const path = `/api/broadcasts/${id}/statistics`;
    const none = `/api/broadcasts/${randomUUID()}/statistics`;
    const moe = await loggedIn(server.url, 'moe');
    for (const who of [moe, new HttpClient(server.url)]) {
      const answer = await who.get(path);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual((await who.get(none)).body);
    }
    await ann.request('PUT', '/api/channels/tea/moderators/moe', { body: {} });
    await statisticsOf(id, moe);
  });

  it('wait while the database is unavailable, and are complete afterwards', async () => {
    const store = vi.spyOn(server.app.get(SampleRepository), 'store');
    store.mockRejectedValue(new Error('no database'));
    const time = holdTime();
    const { id, end } = await goLive('tea');
    time.pass(30);
    await end();
    const writer = server.app.get(SampleWriter);
    expect(await writer.flush()).toBe(false);
    expect((await statisticsOf(id)).viewers).toHaveLength(4);
    store.mockRestore();
    expect(await writer.flush()).toBe(true);
    expect(writer.of(id)).toEqual([]);
    expect((await statisticsOf(id)).viewers).toHaveLength(4);
  });

  it('use bounded memory, whatever the database does', async () => {
    const store = vi.spyOn(server.app.get(SampleRepository), 'store');
    store.mockRejectedValue(new Error('no database'));
    const writer = server.app.get(SampleWriter);
    const broadcastId = randomUUID();
    const sample = (step: number): Sample => ({
      broadcastId,
      step,
      viewers: 0,
      watchS: 0,
      messages: 0,
      epoch: 1,
    });
    for (let step = 0; step <= WAITING_MAX; step += 1) writer.put(sample(step));
    const waiting = writer.of(broadcastId);
    expect(waiting.length).toBeLessThanOrEqual(WAITING_MAX);
    expect(waiting.at(-1)?.step).toBe(WAITING_MAX);
    store.mockRestore();
    // No such broadcast exists, as after its channel was deleted; that blocks nothing.
    expect(await writer.flush()).toBe(true);
    expect(writer.of(broadcastId)).toEqual([]);
  });

  it('are deleted with their channel', async () => {
    await ann.post('/api/channels', { name: 'gone', title: 'Gone' });
    const { id, end } = await goLive('gone');
    await end();
    await server.app.get(SampleWriter).flush();
    const { broadcastSample } = server.app.get(PrismaService);
    expect(await broadcastSample.count({ where: { broadcastId: id } })).toBe(1);
    await ann.request('DELETE', '/api/channels/gone', { body: { confirm: 'gone' } });
    expect(await broadcastSample.count({ where: { broadcastId: id } })).toBe(0);
  });
});

describe('a service that stops', () => {
  it('has the statistics of current broadcasts after a restart', async () => {
    const outer = server;
    const folder = await mkdtemp(join(tmpdir(), 'onair-statistics-'));
    const overrides = { DATA_DIR: folder };
    try {
      server = await startTestApp({ overrides });
      ann = await loggedIn(server.url, 'ann');
      await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
      const time = holdTime();
      const { id } = await goLive('tea');
      time.pass(20);
      await server.close();
      vi.restoreAllMocks();
      server = await startTestApp({ overrides });
      const again = new HttpClient(server.url);
      for (const [name, value] of ann.cookies) again.cookies.set(name, value);
      expect((await statisticsOf(id, again)).viewers).toEqual([0, 0, 0]);
      await server.close();
    } finally {
      server = outer;
      await rm(folder, { recursive: true, force: true });
    }
  });
});
