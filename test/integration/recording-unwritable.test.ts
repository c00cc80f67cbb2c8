import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startTestApp } from '../support/app.js';
import { fetchBytes } from '../support/fetched-playlist.js';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { RecordedFilm } from '../support/recorded-film.js';

const LIMIT = { timeout: 30_000, interval: 100 };

it('live playback continues where recordings are not writable, and stored media plays afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onair-unwritable-'));
  const server = await startTestApp({ overrides: { DATA_DIR: folder, LOG_LEVEL: 'silent' } });
  onTestFinished(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const before = await RecordedFilm.finishedOf(server.url, 'before');
  const [recordings, aside] = [join(folder, 'recordings'), join(folder, 'aside')];
  await rename(recordings, aside);
  await writeFile(recordings, 'no folder');
  const film = await RecordedFilm.of(server.url, 'unwritable');
  const id = await film.send();
  // The recording doesn't exist until there is a segment to store.
  const problem = async () => (await film.recording(id).catch(() => null))?.problem;
  await vi.waitUntil(async () => (await problem()) === 'unwritable', LIMIT);
  const newest = await film.advancesLive(3);
  expect(newest.gap).toBe(false);
  expect((await fetchBytes(newest.url)).byteLength).toBeGreaterThan(1_000);
  await film.end();
  await rm(recordings);
  await rename(aside, recordings);
  const playlist = `${server.url}${before.playlistPath}`;
  await playWithFfmpeg(playlist, { from: 'rewind', seconds: 3_600 });
  await vi.waitUntil(async () => (await film.recording(id)).state === 'failed', LIMIT);
});
