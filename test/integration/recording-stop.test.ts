import { afterAll, beforeAll, expect, it } from 'vitest';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { ServerProcess } from '../support/server-process.js';

const SEGMENT_MS = 2_000;

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server.close());

it('a recording is finished when the server stops during the broadcast', async () => {
  const film = await RecordedFilm.of(server.url, 'stopped');
  const id = await film.send();
  await film.recorded(id, 6_000);
  const before = (await film.recording(id)).durationMs;
  const fromMs = performance.now();
  await server.kill('SIGTERM');
  const stoppedAfterMs = performance.now() - fromMs;
  await film.vanish();
  expect(server.output).toContain('recording finished');
  expect(server.output).not.toMatch(/ERROR|can’t be recorded/);
  await server.start();
  const recording = await film.recording(id);
  expect(recording).toMatchObject({ state: 'ready', problem: null });
  // The recording includes the last, incomplete segment.
  expect(recording.durationMs).toBeGreaterThanOrEqual(before);
  expect(recording.durationMs).toBeLessThan(before + stoppedAfterMs + 2 * SEGMENT_MS);
  await playWithFfmpeg(`${server.url}${recording.playlistPath}`, {
    from: 'rewind',
    seconds: 3_600,
  });
});
