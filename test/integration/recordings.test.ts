import { beforeAll, describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { ClipView } from '../../src/protocol/clip.js';
import type { ListedBroadcast, RecordingView } from '../../src/protocol/recording.js';
import { RecordingService } from '../../src/recordings/recording.service.js';
import { RecordingFiles } from '../../src/recordings/recording-files.js';
import { RecordingRetention } from '../../src/recordings/recording-retention.js';
import type { TestApp } from '../support/app.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { KeptBroadcast } from '../support/kept-broadcast.js';
import { useServer } from '../support/fixtures/use-server.js';

const WAIT = { timeout: 30_000 };

const test = useServer({ overrides: { CHANNELS_PER_ACCOUNT: '50' } });
let owner: HttpClient;
let member: HttpClient;
let guest: HttpClient;
beforeAll(async () => {
  owner = await loggedIn(test.url, 'rita');
  member = await loggedIn(test.url, 'milo');
  guest = new HttpClient(test.url);
});

/** Makes a ten-second recording whose live files are deleted. */
async function recordedOf(channel: string): Promise<RecordingView> {
  await owner.post('/api/channels', { name: channel });
  const broadcast = await KeptBroadcast.start(test, channel, 'Kites');
  broadcast.picture(Buffer.from('a picture'));
  await broadcast.segments(5);
  broadcast.end();
  const view = async () => (await owner.get(`/api/recordings/${broadcast.id}`)).body;
  await expect.poll(async () => ((await view()) as RecordingView).state, WAIT).toBe('ready');
  await broadcast.forget();
  return (await view()) as RecordingView;
}

/** Expires the media that is retained for players that lag behind. */
const endedLongAgo = ({ app }: TestApp, id: string) =>
  app
    .get(PrismaService)
    .broadcast.update({ where: { id }, data: { endedAt: new Date(Date.now() - 3_600_000) } });

const clipOf = (who: HttpClient, id: string, startMs: number, durationMs: number) =>
  who.post(`/api/recordings/${id}/clips`, { startMs, durationMs, title: 'A clip' });

/** Returns the bodies of all segments in a playlist. */
async function mediaOf(playlist: string): Promise<string[]> {
  const { body } = await guest.get(new URL('video-0.m3u8', `${test.url}${playlist}`).pathname);
  const uris = String(body).match(/^[^#\n].*\.m4s$/gm) ?? [];
  return Promise.all(
    uris.map(async (uri) => (await fetch(new URL(uri, `${test.url}${playlist}`))).text()),
  );
}

describe('a recording', () => {
  it('exists when its broadcast is over, with everything stored', async () => {
    const recording = await recordedOf('kites');
    expect(recording).toMatchObject({
      channel: 'kites',
      title: 'Kites',
      durationMs: 10_000,
      bytes: 10_000,
      chapters: [{ atMs: 0, title: 'Kites' }],
      mayManage: true,
      kept: false,
    });
    expect(recording.spans).toHaveLength(1);
    const index = await guest.get(recording.playlistPath!);
    expect(index.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
    expect(String(index.body)).toContain('CODECS="avc1.42C01F,opus",RESOLUTION=640x360');
    expect(await mediaOf(recording.playlistPath!)).toEqual(
      [0, 1, 2, 3, 4].map((msn) => String(msn).repeat(1_000)),
    );
  });

  it('serves ranges of its segments, and its thumbnails', async () => {
    const { playlistPath, thumbnailPath, previewsPath } = await recordedOf('ranges');
    const segment = new URL('run-0123456789ab/video-0/3.m4s', `${test.url}${playlistPath}`);
    const part = await fetch(segment, { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/1000',
      '333',
    ]);
    expect((await fetch(segment, { headers: { range: 'bytes=1000-' } })).status).toBe(416);
    expect((await guest.get(thumbnailPath!)).body).toBe('a picture');
    const vtt = String((await guest.get(previewsPath!)).body);
    expect(vtt).toMatch(/^WEBVTT\n\n00:00:00.000 --> 00:00:10.000\npictures\/\w+\.jpg\n$/);
  });

  it('is finished from its journals if nobody finished it', async () => {
    await owner.post('/api/channels', { name: 'crashed' });
    const broadcast = await KeptBroadcast.start(test, 'crashed', 'Cut off');
    await broadcast.segments(2);
    const view = async () =>
      (await owner.get(`/api/recordings/${broadcast.id}`)).body as RecordingView;
    await expect.poll(async () => (await view()).durationMs, WAIT).toBe(4_000);
    expect((await view()).state).toBe('recording');
    await test.app.get(RecordingService).onApplicationBootstrap();
    expect(await view()).toMatchObject({ state: 'ready', durationMs: 4_000 });
  });

  it('is not made if the owner disabled it', async () => {
    await owner.post('/api/channels', { name: 'unrecorded' });
    const settings = { enabled: false, keepDays: 30, keepLast: null };
    const path = '/api/channels/unrecorded/recording';
    expect((await member.request('PATCH', path, { body: settings })).error?.code).toBe('forbidden');
    await owner.request('PATCH', path, { body: settings });
    expect((await owner.get(path)).body).toEqual(settings);
    const broadcast = await KeptBroadcast.start(test, 'unrecorded', 'Secret');
    await broadcast.segments(1);
    broadcast.end();
    const list = (await owner.get('/api/channels/unrecorded/broadcasts')).body;
    expect((list as ListedBroadcast[])[0]).toMatchObject({ id: broadcast.id, recording: null });
  });

  it('is renamed, kept and deleted only by its owner', async () => {
    const { id } = await recordedOf('managed');
    const path = `/api/recordings/${id}`;
    const change = { title: 'Better', kept: true };
    for (const who of [member, guest]) {
      const code = who === member ? 'forbidden' : 'not_logged_in';
      expect((await who.request('PATCH', path, { body: change })).error?.code).toBe(code);
      expect((await who.request('DELETE', path, {})).error?.code).toBe(code);
    }
    expect((await owner.request('PATCH', path, { body: change })).body).toMatchObject(change);
    const list = (await guest.get('/api/channels/managed/broadcasts')).body as ListedBroadcast[];
    expect(list[0]).toMatchObject({ title: 'Better', recording: { kept: true, state: 'ready' } });
    expect((await owner.request('DELETE', path, {})).status).toBe(204);
    expect((await owner.get(path)).error?.code).toBe('recording_not_found');
    expect((await guest.get(`/hls/recordings/${id}/index.m3u8`)).status).toBe(404);
  });

  it('is deleted beyond its channel’s limit, unless it is kept', async () => {
    const first = await recordedOf('bounded-last');
    const [second, third] = [await recordedOf('bounded-last'), await recordedOf('bounded-last')];
    await owner.request('PATCH', `/api/recordings/${first.id}`, { body: { kept: true } });
    const settings = { enabled: true, keepDays: null, keepLast: 1 };
    await owner.request('PATCH', '/api/channels/bounded-last/recording', { body: settings });
    expect(await test.app.get(RecordingRetention).sweep()).toBe(1);
    const status = async ({ id }: RecordingView) =>
      (await guest.get(`/api/recordings/${id}`)).status;
    expect([await status(first), await status(second), await status(third)]).toEqual([
      200, 404, 200,
    ]);
    expect(await test.app.get(RecordingRetention).sweep()).toBe(0);
  });

  it('leaves no files when its channel is deleted', async () => {
    const { id } = await recordedOf('short-lived');
    await owner.request('DELETE', '/api/channels/short-lived', {});
    const { journals } = test.app.get(RecordingFiles);
    expect(await journals.read(id)).toHaveLength(1);
    const retention = test.app.get(RecordingRetention);
    await retention.sweep(Date.now() + 2 * 3_600_000);
    expect(await journals.read(id)).toEqual([]);
  });

  it('has its channel’s audience or a smaller one', async () => {
    const { id } = await recordedOf('narrow');
    await endedLongAgo(test, id);
    const hide = { visibility: 'private' };
    const hidden = await owner.request('PATCH', `/api/recordings/${id}`, { body: hide });
    const { playlistPath } = hidden.body as RecordingView;
    expect(playlistPath).toMatch(/^\/hls\/recordings\/[^/]+\/~[\w-]+\/index\.m3u8$/);
    expect(await mediaOf(playlistPath!)).toHaveLength(5);
    for (const who of [member, guest])
      expect((await who.get(`/api/recordings/${id}`)).error?.code).toBe('recording_not_found');
    expect((await guest.get(`/hls/recordings/${id}/index.m3u8`)).status).toBe(404);
    const list = (await guest.get('/api/channels/narrow/broadcasts')).body as ListedBroadcast[];
    expect(list).toEqual([]);
  });
});

describe('a clip', () => {
  it('contains the segments that cover it, and where it begins in them', async () => {
    const { id } = await recordedOf('clipped');
    const made = await clipOf(member, id, 3_000, 4_000);
    const clip = made.body as ClipView;
    expect(clip).toMatchObject({
      channel: 'clipped',
      title: 'A clip',
      recordingId: id,
      startMs: 3_000,
      durationMs: 4_000,
      playFromMs: 1_000,
      createdBy: 'milo',
      mayDelete: true,
    });
    expect(await mediaOf(clip.playlistPath)).toEqual(
      [1, 2, 3].map((msn) => String(msn).repeat(1_000)),
    );
    expect((await guest.get(`/api/clips/${clip.id}`)).body).toMatchObject({ mayDelete: false });
  });

  it('can be made of a recording in progress', async () => {
    await owner.post('/api/channels', { name: 'going-on' });
    const broadcast = await KeptBroadcast.start(test, 'going-on', 'Going on');
    await broadcast.segments(3);
    const make = async () => (await clipOf(member, broadcast.id, 4_000, 2_000)).body as ClipView;
    await expect.poll(async () => (await make()).playFromMs, WAIT).toBe(0);
    expect(await mediaOf((await make()).playlistPath)).toEqual(['2'.repeat(1_000)]);
    broadcast.end();
  });

  it('outlives its recording', async () => {
    const { id } = await recordedOf('outlived');
    const clip = (await clipOf(owner, id, 0, 2_000)).body as ClipView;
    await owner.request('DELETE', `/api/recordings/${id}`, {});
    expect(await mediaOf(clip.playlistPath)).toEqual(['0'.repeat(1_000)]);
    expect((await guest.get(`/api/clips/${clip.id}`)).body).toMatchObject({ recordingId: null });
  });

  it('is made by logged-in viewers, up to a minute long, of existing media', async () => {
    const { id } = await recordedOf('bounded');
    expect((await clipOf(guest, id, 0, 2_000)).error?.code).toBe('not_logged_in');
    expect((await clipOf(member, id, 0, 60_001)).error?.code).toBe('bad_request');
    expect((await clipOf(member, id, 10_000, 2_000)).error?.code).toBe('recording_not_ready');
    expect((await clipOf(member, id, 8_000, 60_000)).body).toMatchObject({ durationMs: 2_000 });
    await owner.request('PATCH', `/api/recordings/${id}`, { body: { visibility: 'private' } });
    expect((await clipOf(member, id, 0, 2_000)).error?.code).toBe('recording_not_found');
  });

  it('has its recording’s audience, and is deleted by its creator or the channel’s owner', async () => {
    const { id } = await recordedOf('guarded');
    const clip = (await clipOf(member, id, 0, 2_000)).body as ClipView;
    const path = `/api/clips/${clip.id}`;
    expect((await guest.request('DELETE', path, {})).error?.code).toBe('not_logged_in');
    const access = { visibility: 'private' };
    await owner.request('PATCH', '/api/channels/guarded/access', { body: access });
    expect((await guest.get(path)).error?.code).toBe('clip_not_found');
    expect((await guest.get(clip.playlistPath)).status).toBe(404);
    expect((await owner.request('DELETE', path, {})).status).toBe(204);
    expect((await owner.get(path)).error?.code).toBe('clip_not_found');
  });
});
