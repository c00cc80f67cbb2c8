import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RecordingView } from '../../src/protocol/recording.js';
import { type DatabaseKind, databases, startTestApp, type TestApp } from '../support/app.js';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { fetchBytes } from '../support/fetched-playlist.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { SmallDisk } from '../support/small-disk.js';

const LIMIT = { timeout: 30_000, interval: 100 };
const WHOLE = { from: 'rewind', seconds: 3_600 } as const;
const DISK_MB = 64;
const mayMount = await SmallDisk.isPermitted();

/** What is to be undone after a test, the last first. */
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onair-disk-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(folder: string, database: DatabaseKind = 'embedded'): Promise<TestApp> {
  const server = await startTestApp({
    database,
    overrides: { DATA_DIR: folder, RECORDINGS_MIN_FREE_MB: '0', LOG_LEVEL: 'silent' },
  });
  undo.push(() => server.close());
  return server;
}

const play = (server: TestApp, { playlistPath }: RecordingView) =>
  playWithFfmpeg(`${server.url}${playlistPath}`, WHOLE);

type Kept = { problem: RecordingView['problem']; spans: number };

/**
 * Fills the disk amid a broadcast until live playback has come so many segments further, and makes room again. What is
 * missing in the recording then, it says. Everything that was kept is played.
 */
async function fillAmid(server: TestApp, disk: SmallDisk, segments: number): Promise<Kept> {
  const before = await RecordedFilm.finishedOf(server.url, 'before');
  const film = await RecordedFilm.of(server.url, 'filled');
  const id = await film.send();
  await film.recorded(id, 4_000);
  await disk.fill();
  await vi.waitUntil(async () => (await film.recording(id)).problem === 'full', LIMIT);
  const newest = await film.goesOnLive(segments);
  expect(newest.gap).toBe(false);
  expect((await fetchBytes(newest.url)).byteLength).toBeGreaterThan(1_000);
  await play(server, before);
  const soFar = (await film.recording(id)).durationMs;
  await disk.empty();
  await film.recorded(id, soFar + 4_000);
  await film.end();
  const recording = await film.finished(id);
  await play(server, recording);
  await play(server, before);
  return { problem: recording.problem, spans: recording.spans.length };
}

describe.runIf(mayMount)('when its disk is full', () => {
  it('a recording says so, live playback goes on, and it goes on when there is room', async () => {
    const folder = await newFolder();
    const disk = await SmallDisk.mount(join(folder, 'recordings'), DISK_MB);
    undo.push(() => disk.unmount());
    const kept = await fillAmid(await start(folder), disk, 3);
    expect(kept).toEqual({ problem: 'full', spans: 2 });
  }, 120_000);

  it.runIf(databases.includes('postgresql'))(
    'the same where live playback’s own files are on that disk',
    async () => {
      const folder = await newFolder();
      const disk = await SmallDisk.mount(folder, DISK_MB);
      undo.push(() => disk.unmount());
      // More than are held back in memory until they can be written.
      const kept = await fillAmid(await start(folder, 'postgresql'), disk, 8);
      expect(kept).toEqual({ problem: 'full', spans: 2 });
    },
    120_000,
  );
});
