import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClipView } from '../../src/protocol/clip.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { RecordingFiles } from '../../src/recordings/recording-files.js';
import { RecordingSpace } from '../../src/recordings/recording-space.js';
import { S3Store } from '../../src/recordings/store/s3-store.js';
import { VodCatalog } from '../../src/recordings/vod/vod-catalog.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { S3Server } from '../support/s3-server.js';
import { ServerProcess } from '../support/server-process.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const WHOLE = { from: 'rewind', seconds: 3_600 } as const;
const AWAY_MS = 60_000;

let bucket: S3Server;
let objects: S3Store;
beforeAll(async () => {
  bucket = await S3Server.start();
  objects = new S3Store(bucket.options);
});
afterEach(() => bucket.comeBack());
afterAll(async () => {
  await objects.close();
  await bucket.close();
});

const play = (url: string, playlistPath: string | null) =>
  playWithFfmpeg(`${url}${playlistPath}`, WHOLE);

describe('a recording in a bucket', () => {
  let server: TestApp;
  let film: RecordedFilm;
  let recording: RecordingView;
  const files = () => server.app.get(RecordingFiles);
  const isUploaded = () => vi.waitUntil(() => files().spool?.bytes === 0, LIMIT);
  beforeAll(async () => {
    server = await startTestApp({ overrides: { ...bucket.env, LOG_LEVEL: 'silent' } });
    film = await RecordedFilm.of(server.url, 'kept');
    const id = await film.send();
    await film.recorded(id, 6_000);
    await film.end();
    recording = await film.finished(id);
    await isUploaded();
  });
  afterAll(() => server.close());

  it('has all its files there, and only its journals in the data folder', async () => {
    const keys = await objects.list(`${recording.id}/`);
    expect(keys.filter((key) => key.endsWith('.m4s')).length).toBeGreaterThanOrEqual(8);
    expect(keys.filter((key) => key.endsWith('journal.jsonl')).length).toBeGreaterThanOrEqual(2);
    expect(files().spool).toMatchObject({ bytes: 0, isUp: true });
  });

  it('is played and downloaded from there', async () => {
    await play(server.url, recording.playlistPath);
    const response = await fetch(`${server.url}${recording.downloadPath}`);
    const bytes = await response.arrayBuffer();
    expect(bytes.byteLength).toBe(Number(response.headers.get('content-length')));
    expect(bytes.byteLength).toBeGreaterThan(100_000);
  });

  it('is played if only its journals are there, as on another machine', async () => {
    const folder = await files().ensureFolder();
    await rm(join(folder, recording.id), { recursive: true });
    server.app.get(VodCatalog).forget('recordings', recording.id);
    const { durationMs, playlistPath } = await film.recording(recording.id);
    expect(durationMs).toBe(recording.durationMs);
    await play(server.url, playlistPath);
  });

  it('is deleted, and its clip is retained', async () => {
    const { url } = server;
    const body = { startMs: 1_000, durationMs: 2_000, title: 'A moment' };
    const clip = await api<ClipView>(
      url,
      film.owner,
      'POST',
      `/recordings/${recording.id}/clips`,
      body,
    );
    await isUploaded();
    await api(url, film.owner, 'DELETE', `/recordings/${recording.id}`);
    await vi.waitUntil(async () => (await objects.list(`${recording.id}/`)).length === 0, LIMIT);
    expect((await objects.list(`clips/${clip.id}/`)).length).toBeGreaterThan(2);
    await play(url, clip.playlistPath);
  });
});

describe('when the bucket is unavailable', () => {
  it('for a minute during a broadcast, it continues and its recording is complete in the end', async () => {
    const server = await startTestApp({ overrides: { ...bucket.env, LOG_LEVEL: 'silent' } });
    try {
      const files = server.app.get(RecordingFiles);
      const earlier = await RecordedFilm.finishedOf(server.url, 'earlier');
      await vi.waitUntil(() => files.spool?.bytes === 0, LIMIT);
      const film = await RecordedFilm.of(server.url, 'through');
      const id = await film.send();
      await film.recorded(id, 4_000);
      bucket.goAway('silent');
      const wentMs = performance.now();
      await vi.waitUntil(() => files.spool?.isUp === false, LIMIT);
      // Media that exists only in the bucket is unavailable, and the client soon gets an error.
      const index = await fetch(new URL('video-0.m3u8', `${server.url}${earlier.playlistPath}`));
      const [segment = ''] = /^[^#\n].*\.m4s$/m.exec(await index.text()) ?? [];
      const answer = await fetch(new URL(segment, index.url));
      expect([answer.status, await answer.json()]).toMatchObject([
        503,
        { error: { code: 'unavailable', message: expect.stringContaining('Try again') } },
      ]);
      expect((await film.advancesLive(3)).gap).toBe(false);
      await pause(Math.max(0, AWAY_MS - (performance.now() - wentMs)));
      expect((await film.advancesLive(3)).gap).toBe(false);
      await vi.waitUntil(() => (files.spool?.bytes ?? 0) > 1_000_000, LIMIT);
      bucket.comeBack();
      await film.end();
      const recording = await film.finished(id);
      expect(recording.problem).toBeNull();
      expect(recording.spans).toHaveLength(1);
      expect(recording.durationMs).toBeGreaterThan(AWAY_MS);
      await vi.waitUntil(() => files.spool?.bytes === 0, LIMIT);
      await play(server.url, recording.playlistPath);
    } finally {
      await server.close();
    }
  });

  it('and the server is killed, the next one uploads the backlog', async () => {
    const server = await ServerProcess.start(bucket.env);
    try {
      bucket.goAway();
      const { id, playlistPath } = await RecordedFilm.finishedOf(server.url, 'waits');
      await server.kill('SIGKILL');
      expect(server.output).toContain('recordings can’t be uploaded');
      expect(server.output).not.toContain('S3RVER');
      bucket.comeBack();
      expect(await objects.list(`${id}/`)).toEqual([]);
      await server.start();
      await vi.waitUntil(async () => {
        const keys = await objects.list(`${id}/`);
        return keys.some((key) => key.endsWith('.m4s')) && keys.some((key) => key.endsWith('.jpg'));
      }, LIMIT);
      await play(server.url, playlistPath);
    } finally {
      await server.close();
    }
  });

  it('because it does not exist, startup logs an error', async () => {
    const server = await ServerProcess.start({ ...bucket.env, S3_BUCKET: 'no-such-bucket' });
    try {
      await vi.waitUntil(() => server.output.includes('check the S3_ settings'), LIMIT);
      expect(server.output).toContain('NoSuchBucket');
    } finally {
      await server.close();
    }
  });

  it('and the backlog is full, recording pauses until there is space, and live playback continues', async () => {
    const server = await startTestApp({
      overrides: { ...bucket.env, S3_SPOOL_MAX_GB: '0.0003', LOG_LEVEL: 'silent' },
    });
    try {
      const space = server.app.get(RecordingSpace);
      const film = await RecordedFilm.of(server.url, 'overflow');
      bucket.goAway();
      const id = await film.send();
      await vi.waitUntil(async () => {
        await space.check();
        return !space.hasRoom;
      }, LIMIT);
      await vi.waitUntil(async () => (await film.recording(id)).problem === 'full', LIMIT);
      expect((await film.advancesLive(2)).gap).toBe(false);
      bucket.comeBack();
      await vi.waitUntil(async () => {
        await space.check();
        return space.hasRoom;
      }, LIMIT);
      const soFar = (await film.recording(id)).durationMs;
      await film.recorded(id, soFar + 2_000);
      await film.end();
      const recording = await film.finished(id);
      expect(recording.spans).toHaveLength(2);
      await play(server.url, recording.playlistPath);
    } finally {
      await server.close();
    }
  });
});
