import { beforeAll, describe, expect, it } from 'vitest';
import type { ClipView, ListedClip } from '../../src/protocol/clip.js';
import type { StorageView } from '../../src/protocol/storage.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { KeptBroadcast } from '../support/kept-broadcast.js';
import { useServer } from '../support/fixtures/use-server.js';

const WAIT = { timeout: 30_000 };
const CHANNEL = 'clipped';
const CLIPS_MAX = 4;

const test = useServer({
  overrides: { LOG_LEVEL: 'silent', CLIPS_PER_ACCOUNT: String(CLIPS_MAX) },
});
let owner: HttpClient;
let member: HttpClient;
let stranger: HttpClient;
beforeAll(async () => {
  owner = await loggedIn(test.url, 'olga');
  member = await loggedIn(test.url, 'mona');
  stranger = new HttpClient(test.url);
  await owner.post('/api/channels', { name: CHANNEL });
});

/** Makes a broadcast of ten seconds that has ended and is recorded. */
async function recorded(): Promise<string> {
  const broadcast = await KeptBroadcast.start(test, CHANNEL, 'Some words');
  await broadcast.segments(5);
  broadcast.end();
  const stateOf = async () =>
    (await owner.get(`/api/recordings/${broadcast.id}`)).body as { state?: string };
  await expect.poll(stateOf, WAIT).toMatchObject({ state: 'ready' });
  return broadcast.id;
}

async function clipOf(recording: string, by: HttpClient = member): Promise<ClipView> {
  const body = { startMs: 1_000, durationMs: 3_000, title: 'A moment' };
  const answer = await by.post(`/api/recordings/${recording}/clips`, body);
  expect(answer.status).toBe(201);
  return answer.body as ClipView;
}

const change = (recording: string, visibility: string) =>
  owner.request('PATCH', `/api/recordings/${recording}`, { body: { visibility } });
const statusesFor = async (client: HttpClient, { id, playlistPath }: ClipView) => [
  (await client.get(`/api/clips/${id}`)).status,
  (await client.get(playlistPath)).status,
  (await client.get(playlistPath.replace('index.m3u8', 'video-0.m3u8'))).status,
  (await client.get(playlistPath.replace('index.m3u8', 'run-0123456789ab/video-0/0.m4s'))).status,
  (await client.get(`/clips/${id}`)).status,
];

describe('a clip', () => {
  it('has its recording’s audience, with immediate effect', async () => {
    const recording = await recorded();
    const clip = await clipOf(recording);
    expect(await statusesFor(stranger, clip)).toEqual([200, 200, 200, 200, 200]);
    await change(recording, 'private');
    expect(await statusesFor(stranger, clip)).toEqual([404, 404, 404, 404, 404]);
    expect((await owner.get(`/api/clips/${clip.id}`)).status).toBe(200);
    await change(recording, 'public');
    expect(await statusesFor(stranger, clip)).toEqual([200, 200, 200, 200, 200]);
    // The broadcast has the same visibility at its own path.
    const path = `/api/broadcasts/${recording}`;
    await owner.request('PATCH', path, { body: { visibility: 'private' } });
    expect(await statusesFor(stranger, clip)).toEqual([404, 404, 404, 404, 404]);
    expect((await stranger.get(`/hls/recordings/${recording}/index.m3u8`)).status).toBe(404);
    expect((await owner.request('DELETE', `/api/clips/${clip.id}`, {})).status).toBe(204);
  });

  it('retains its audience when its recording is deleted', async () => {
    const [hidden, open] = [await recorded(), await recorded()];
    const clips = [await clipOf(hidden), await clipOf(open)] as const;
    await change(hidden, 'private');
    for (const id of [hidden, open])
      expect((await owner.request('DELETE', `/api/recordings/${id}`, {})).status).toBe(204);
    expect(await statusesFor(stranger, clips[0])).toEqual([404, 404, 404, 404, 404]);
    expect(await statusesFor(stranger, clips[1])).toEqual([200, 200, 200, 200, 200]);
    expect((await owner.get(`/api/clips/${clips[0].id}`)).body).toMatchObject({
      visibility: 'private',
      recordingId: null,
    });
    // The creator may delete clips that they can no longer watch.
    for (const { id } of clips)
      expect((await member.request('DELETE', `/api/clips/${id}`, {})).status).toBe(204);
  });

  it('is listed for its channel’s owner and its creator, who can delete it', async () => {
    const recording = await recorded();
    const [older, newer] = [await clipOf(recording), await clipOf(recording)];
    const path = `/api/channels/${CHANNEL}/clips`;
    const listed = (await owner.get(path)).body as ListedClip[];
    expect(listed.map(({ id }) => id)).toEqual([newer.id, older.id]);
    expect(listed[0]).toMatchObject({
      channel: CHANNEL,
      createdBy: 'mona',
      title: 'A moment',
      recordingId: recording,
      visibility: 'public',
      durationMs: 3_000,
    });
    expect(listed[0]!.bytes).toBeGreaterThan(0);
    expect((await owner.get(`${path}?limit=1&offset=1`)).body).toMatchObject([{ id: older.id }]);
    expect((await member.get(path)).status).toBe(403);
    expect((await stranger.get(path)).status).toBe(401);
    expect((await member.get('/api/account/clips')).body).toEqual(listed);
    expect((await owner.get('/api/account/clips')).body).toEqual([]);
    expect((await stranger.get('/api/account/clips')).status).toBe(401);
    await owner.request('DELETE', `/api/clips/${newer.id}`, {});
    await member.request('DELETE', `/api/clips/${older.id}`, {});
    expect((await owner.get(path)).body).toEqual([]);
  });

  it('is limited per account, even for concurrent requests', async () => {
    const recording = await recorded();
    const body = { startMs: 0, durationMs: 2_000 };
    const answers = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const some = [member, member, member];
        return Promise.all(some.map((one) => one.post(`/api/recordings/${recording}/clips`, body)));
      }),
    );
    const codes = answers.flat().map(({ status, error }) => error?.code ?? status);
    const { clips, clipsMax } = (await member.get('/api/account/storage')).body as StorageView;
    expect([clips, clipsMax]).toEqual([codes.filter((one) => one === 201).length, CLIPS_MAX]);
    // Some may have been rejected for exceeding the concurrency limit.
    expect(codes.filter((one) => one === 201).length).toBeLessThanOrEqual(CLIPS_MAX);
    while ((await member.post(`/api/recordings/${recording}/clips`, body)).status === 201);
    const full = await Promise.all(
      [1, 2, 3].map(() => member.post(`/api/recordings/${recording}/clips`, body)),
    );
    expect(full.map(({ error }) => error?.code)).toEqual(Array(3).fill('clip_limit'));
    expect((await member.get('/api/account/storage')).body).toMatchObject({ clips: CLIPS_MAX });
  });
});
