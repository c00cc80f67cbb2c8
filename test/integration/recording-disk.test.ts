import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RecordingView } from '../../src/protocol/recording.js';
import { type DatabaseKind, databases, startTestApp, type TestApp } from '../support/app.js';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { type FetchedSegment, fetchBytes, fetchLiveSegments } from '../support/fetched-playlist.js';
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

/** A recording that is finished. */
async function keptBefore(server: TestApp): Promise<RecordingView> {
  const film = await RecordedFilm.of(server.url, 'before');
  const id = await film.send();
  await film.recorded(id, 4_000);
  await film.end();
  return film.finished(id);
}

const newestOf = async ({ url, channel }: RecordedFilm): Promise<FetchedSegment | undefined> =>
  (await fetchLiveSegments(url, channel)).at(-1);

/** Live playback goes on for so many segments, and the newest can be had. */
async function goesOnLive(film: RecordedFilm, segments: number): Promise<void> {
  const from = (await newestOf(film))?.msn ?? 0;
  await vi.waitUntil(async () => ((await newestOf(film))?.msn ?? 0) >= from + segments, LIMIT);
  const newest = (await newestOf(film))!;
  expect(newest.gap).toBe(false);
  expect((await fetchBytes(newest.url)).byteLength).toBeGreaterThan(1_000);
}

const play = (server: TestApp, { playlistPath }: RecordingView) =>
  playWithFfmpeg(`${server.url}${playlistPath}`, WHOLE);

/**
 * Fills the disk amid a broadcast until live playback has come so many segments further, and makes room again. What is
 * missing in the recording then, it says.
 */
async function isFilledAmid(
  server: TestApp,
  disk: SmallDisk,
  segments: number,
): Promise<RecordingView> {
  const before = await keptBefore(server);
  const film = await RecordedFilm.of(server.url, 'filled');
  const id = await film.send();
  await film.recorded(id, 6_000);
  await disk.fill();
  await vi.waitUntil(async () => (await film.recording(id)).problem === 'full', LIMIT);
  await goesOnLive(film, segments);
  await play(server, before);
  const soFar = (await film.recording(id)).durationMs;
  await disk.empty();
  await film.recorded(id, soFar + 6_000);
  await film.end();
  const recording = await film.finished(id);
  expect(recording.problem).toBe('full');
  await play(server, recording);
  await play(server, before);
  return recording;
}

describe.runIf(mayMount)('when its disk is full', () => {
  it('a recording says so, live playback goes on, and it goes on when there is room', async () => {
    const folder = await newFolder();
    const disk = await SmallDisk.mount(join(folder, 'recordings'), DISK_MB);
    undo.push(() => disk.unmount());
    const { spans } = await isFilledAmid(await start(folder), disk, 3);
    expect(spans).toHaveLength(2);
  }, 120_000);

  it.runIf(databases.includes('postgresql'))(
    'the same where live playback’s own files are on that disk, which wait for room in memory',
    async () => {
      const folder = await newFolder();
      const disk = await SmallDisk.mount(folder, DISK_MB);
      undo.push(() => disk.unmount());
      // Live playback holds so few back that nothing of them is lost.
      const { spans } = await isFilledAmid(await start(folder, 'postgresql'), disk, 2);
      expect(spans).toHaveLength(1);
    },
    120_000,
  );
});

describe('when its folder can’t be written', () => {
  it('a recording says so, live playback goes on, and what was kept plays when it can be read', async () => {
    const folder = await newFolder();
    const server = await start(folder);
    const before = await keptBefore(server);
    const [recordings, aside] = [join(folder, 'recordings'), join(folder, 'aside')];
    await rename(recordings, aside);
    await writeFile(recordings, 'no folder');
    const film = await RecordedFilm.of(server.url, 'unwritable');
    const id = await film.send();
    await vi.waitUntil(
      () =>
        film.recording(id).then(
          ({ problem }) => problem === 'unwritable',
          () => false,
        ),
      LIMIT,
    );
    await goesOnLive(film, 3);
    await film.end();
    await rm(recordings);
    await rename(aside, recordings);
    await play(server, before);
    await expect.poll(async () => (await film.recording(id)).state, LIMIT).toBe('failed');
  }, 120_000);
});
