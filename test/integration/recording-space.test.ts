import { afterEach, describe, expect, it } from 'vitest';
import type { RecordingView } from '../../src/protocol/recording.js';
import { RecordingSpace } from '../../src/recordings/recording-space.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type HttpClient, loggedIn } from '../support/http-client.js';
import { KeptBroadcast } from '../support/kept-broadcast.js';

const WAIT = { timeout: 30_000 };
/** Of the broadcasts here. */
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

const look = () => test.app.get(RecordingSpace).look();
const hasRoom = () => test.app.get(RecordingSpace).hasRoom;
const viewOf = async (id: string) =>
  (await owner.get(`/api/recordings/${id}`)).body as RecordingView;
const statusOf = async (id: string) => (await owner.get(`/api/recordings/${id}`)).status;
const keep = (id: string, kept: boolean) =>
  owner.request('PATCH', `/api/recordings/${id}`, { body: { kept } });

/** A broadcast that has ended, and what became of its recording. */
async function recorded(): Promise<string> {
  const broadcast = await KeptBroadcast.start(test, CHANNEL, 'Some words');
  await broadcast.segments(SEGMENTS);
  broadcast.end();
  await expect.poll(async () => (await viewOf(broadcast.id)).state, WAIT).toMatch(/ready|failed/);
  return broadcast.id;
}

describe('recordings', () => {
  it('go from the oldest on when all take more than they may, unless they are kept for good', async () => {
    await start({ RECORDINGS_MAX_GB: String((3.5 * BYTES) / 1e9) });
    const [first, second, third] = [await recorded(), await recorded(), await recorded()];
    await keep(first, true);
    await look();
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
    const fourth = await recorded();
    await look();
    const all = [first, second, third, fourth];
    expect(await Promise.all(all.map(statusOf))).toEqual([200, 404, 200, 200]);
    expect(hasRoom()).toBe(true);
  });

  it('are not made while there is no room, and say so; then they are again', async () => {
    await start({ RECORDINGS_MAX_GB: String(BYTES / 1e9) });
    const first = await recorded();
    await keep(first, true);
    await look();
    expect(hasRoom()).toBe(false);
    expect(await viewOf(await recorded())).toMatchObject({ state: 'failed', problem: 'full' });
    expect(await viewOf(first)).toMatchObject({ state: 'ready', problem: null });
    await keep(first, false);
    await look();
    expect(await statusOf(first)).toBe(404);
    expect(await viewOf(await recorded())).toMatchObject({ state: 'ready', problem: null });
  });

  it('leave free on the disk what is to stay free', async () => {
    await start({ RECORDINGS_MIN_FREE_MB: '10000000' });
    expect(hasRoom()).toBe(false);
    expect(await viewOf(await recorded())).toMatchObject({ state: 'failed', problem: 'full' });
  });

  it('that are going on count', async () => {
    await start({ RECORDINGS_MAX_GB: String((1.8 * BYTES) / 1e9) });
    const first = await recorded();
    const live = await KeptBroadcast.start(test, CHANNEL, 'Still on');
    await live.segments(SEGMENTS);
    await expect.poll(() => test.app.get(RecordingSpace).takenBytes, WAIT).toBe(2 * BYTES);
    await look();
    expect(await statusOf(first)).toBe(404);
    expect(await viewOf(live.id)).toMatchObject({ state: 'recording', problem: null });
    live.end();
  });
});
