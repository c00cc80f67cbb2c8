import { afterEach, describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import type { StorageView } from '../../src/protocol/storage.js';
import { RecordingSpace } from '../../src/recordings/recording-space.js';
import { administrator } from '../support/administrator.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type HttpClient, loggedIn } from '../support/http-client.js';
import { KeptBroadcast } from '../support/kept-broadcast.js';

const WAIT = { timeout: 30_000 };
/** The number of segments per broadcast. */
const SEGMENTS = 5;
const BYTES = 10_000;
const CHANNEL = 'spacious';

let test: TestApp;
let owner: HttpClient;
afterEach(() => test.close());

async function start(overrides: Record<string, string>): Promise<void> {
  test = await startTestApp({ overrides: { LOG_LEVEL: 'silent', ...overrides } });
  owner = await loggedIn(test.url, 'sue');
  await owner.post('/api/channels', { name: CHANNEL });
}

const check = () => test.app.get(RecordingSpace).check();
const hasRoom = () => test.app.get(RecordingSpace).hasRoom;
const viewOf = async (id: string) =>
  (await owner.get(`/api/recordings/${id}`)).body as RecordingView;
const statusOf = async (id: string) => (await owner.get(`/api/recordings/${id}`)).status;
const keepOf = (client: HttpClient, id: string, kept: boolean) =>
  client.request('PATCH', `/api/recordings/${id}`, { body: { kept } });
const keep = (id: string, kept: boolean) => keepOf(owner, id, kept);

/** Ends a broadcast; resolves with the state of the recording. */
async function recorded(channel = CHANNEL): Promise<string> {
  const broadcast = await KeptBroadcast.start(test, channel, 'Some words');
  await broadcast.segments(SEGMENTS);
  broadcast.end();
  await expect.poll(async () => (await viewOf(broadcast.id)).state, WAIT).toMatch(/ready|failed/);
  return broadcast.id;
}

/** Returns the storage figures that an account sees. */
const storageOf = async (client: HttpClient) =>
  (await client.get('/api/account/storage')).body as StorageView;

/** Registers another account with a channel. */
async function other(username: string): Promise<HttpClient> {
  const client = await loggedIn(test.url, username);
  await client.post('/api/channels', { name: `of-${username}` });
  return client;
}

describe('recordings of several accounts', () => {
  it('are deleted only for their own owner, who cannot prevent others from recording', async () => {
    await start({ RECORDINGS_MAX_GB: String((20 * BYTES) / 1e9) });
    const greedy = await other('greedy');
    const old = [await recorded(), await recorded()];
    const kept = await recorded('of-greedy');
    await keepOf(greedy, kept, true);
    // This exceeds the limit for all recordings together.
    await test.app.get(PrismaService).recording.update({
      where: { broadcastId: kept },
      data: { bytes: 36 * BYTES },
    });
    await check();
    expect(await viewOf(await recorded('of-greedy'))).toMatchObject({
      state: 'failed',
      problem: 'full',
    });
    const fresh = await recorded();
    expect(await viewOf(fresh)).toMatchObject({ state: 'ready', problem: null });
    await check();
    const all = [...old, kept, fresh];
    expect(await Promise.all(all.map(statusOf))).toEqual([200, 200, 200, 200]);
  });

  it('are retained when another account records until the disk is full', async () => {
    await start({ RECORDINGS_MAX_GB: String((6 * BYTES) / 1e9) });
    const own = [await recorded(), await recorded(), await recorded()];
    await check();
    await other('busy');
    const theirs: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      theirs.push(await recorded('of-busy'));
      await check();
    }
    expect(await Promise.all(own.map(statusOf))).toEqual([200, 200, 200]);
    const left = await Promise.all(theirs.map(statusOf));
    expect(left.slice(0, 2)).toEqual([404, 404]);
    expect(left.at(-1)).toBe(200);
  });

  it('are not deleted if that would not free enough', async () => {
    await start({ RECORDINGS_ACCOUNT_MAX_GB: String((2.5 * BYTES) / 1e9) });
    const [small, kept] = [await recorded(), await recorded()];
    await keep(kept, true);
    await test.app.get(PrismaService).recording.update({
      where: { broadcastId: kept },
      data: { bytes: 4 * BYTES },
    });
    await check();
    expect(await viewOf(await recorded())).toMatchObject({ state: 'failed', problem: 'full' });
    await check();
    expect(await Promise.all([small, kept].map(statusOf))).toEqual([200, 200]);
  });

  it('are counted, and their owners warned before any is deleted', async () => {
    await start({ RECORDINGS_ACCOUNT_MAX_GB: String((2.4 * BYTES) / 1e9) });
    expect(await storageOf(owner)).toMatchObject({ bytes: 0, state: 'ok', oldestGo: true });
    const first = await recorded();
    await check();
    expect(await storageOf(owner)).toMatchObject({ bytes: BYTES, state: 'ok' });
    await recorded();
    await keep(first, true);
    await check();
    const near = {
      bytes: 2 * BYTES,
      keptBytes: BYTES,
      limitBytes: 2.4 * BYTES,
      state: 'near',
      clips: 0,
    };
    expect(await storageOf(owner)).toMatchObject(near);
    const admin = await administrator(test, 'adele');
    const { body } = await admin.get('/api/admin/accounts?search=sue');
    const { bytes, limitBytes, state } = near;
    expect(body).toMatchObject([{ username: 'sue', storage: { bytes, limitBytes, state } }]);
  });

  it('leave no space for clips if there is none', async () => {
    await start({ RECORDINGS_ACCOUNT_MAX_GB: String((1.1 * BYTES) / 1e9) });
    const id = await recorded();
    await check();
    const clip = await owner.post(`/api/recordings/${id}/clips`, { startMs: 0, durationMs: 4_000 });
    expect(clip.error?.code).toBe('storage_limit');
    const fan = await loggedIn(test.url, 'fan');
    const made = await fan.post(`/api/recordings/${id}/clips`, { startMs: 0, durationMs: 4_000 });
    expect(made.status).toBe(201);
    expect((await storageOf(fan)).bytes).toBeGreaterThan(0);
    expect((await storageOf(owner)).bytes).toBe(BYTES);
  });
});

describe('recordings', () => {
  it('are deleted oldest first beyond the limit, unless they are kept', async () => {
    await start({ RECORDINGS_MAX_GB: String((3.5 * BYTES) / 1e9) });
    const [first, second, third] = [await recorded(), await recorded(), await recorded()];
    await keep(first, true);
    await check();
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
    const fourth = await recorded();
    await check();
    const all = [first, second, third, fourth];
    expect(await Promise.all(all.map(statusOf))).toEqual([200, 404, 200, 200]);
    expect(hasRoom()).toBe(true);
  });

  it('are not made without space, and report it; later ones are made', async () => {
    await start({ RECORDINGS_MAX_GB: String(BYTES / 1e9) });
    const first = await recorded();
    await keep(first, true);
    await check();
    expect(hasRoom()).toBe(false);
    expect(await viewOf(await recorded())).toMatchObject({ state: 'failed', problem: 'full' });
    expect(await viewOf(first)).toMatchObject({ state: 'ready', problem: null });
    await keep(first, false);
    await check();
    expect(hasRoom()).toBe(true);
    expect(await statusOf(first)).toBe(404);
    expect(await viewOf(await recorded())).toMatchObject({ state: 'ready', problem: null });
  });

  it('leave the configured space free on disk', async () => {
    await start({ RECORDINGS_MIN_FREE_MB: '10000000' });
    expect(hasRoom()).toBe(false);
    expect(await viewOf(await recorded())).toMatchObject({ state: 'failed', problem: 'full' });
  });

  it('count while they are in progress', async () => {
    await start({ RECORDINGS_MAX_GB: String((1.8 * BYTES) / 1e9) });
    const first = await recorded();
    const live = await KeptBroadcast.start(test, CHANNEL, 'Still on');
    await live.segments(SEGMENTS);
    await expect.poll(() => test.app.get(RecordingSpace).takenBytes, WAIT).toBe(2 * BYTES);
    await check();
    expect(await statusOf(first)).toBe(404);
    expect(await viewOf(live.id)).toMatchObject({ state: 'recording', problem: null });
    live.end();
  });
});
