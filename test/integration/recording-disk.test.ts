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

/** Cleanup after a test, in reverse order. */
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
 * Fills the disk during a broadcast until live playback has advanced by this many segments, then
 * frees it. The recording must report the missing media, and everything that was stored must be
 * playable.
 */
async function fillDuring(server: TestApp, disk: SmallDisk, segments: number): Promise<Kept> {
  const before = await RecordedFilm.finishedOf(server.url, 'before');
  const film = await RecordedFilm.of(server.url, 'filled');
  const id = await film.send();
  await film.recorded(id, 4_000);
  await disk.fill();
  await vi.waitUntil(async () => (await film.recording(id)).problem === 'full', LIMIT);
  const newest = await film.advancesLive(segments);
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

describe.runIf(mayMount)('while its disk is full', () => {
  it('a recording reports it, live playback continues, and recording resumes when there is space', async () => {
    const folder = await newFolder();
    const disk = await SmallDisk.mount(join(folder, 'recordings'), DISK_MB);
    undo.push(() => disk.unmount());
    const kept = await fillDuring(await start(folder), disk, 3);
    expect(kept).toEqual({ problem: 'full', spans: 2 });
  });

  it.runIf(databases.includes('postgresql'))(
    'the same holds where live playback uses that disk as well',
    async () => {
      const folder = await newFolder();
      const disk = await SmallDisk.mount(folder, DISK_MB);
      undo.push(() => disk.unmount());
      // This is more than can be buffered in memory until it can be written.
      const kept = await fillDuring(await start(folder, 'postgresql'), disk, 8);
      expect(kept).toEqual({ problem: 'full', spans: 2 });
    },
  );
});
