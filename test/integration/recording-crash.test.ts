import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { playWithFfmpeg, probeHls } from '../support/ffmpeg-reader.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { ServerProcess } from '../support/server-process.js';

const LIMIT = { timeout: 30_000, interval: 100 };
const SEGMENT_MS = 2_000;
const WHOLE = { from: 'rewind', seconds: 3_600 } as const;

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ GRACE_SECONDS: '20' });
});
afterAll(() => server.close());

/** Kills all media workers of the server. */
async function killWorkers(): Promise<void> {
  for (const pid of await server.workers()) process.kill(pid, 'SIGKILL');
}

describe('a recording', () => {
  it('is finished by the next start after a crash, up to the last complete segment', async () => {
    const film = await RecordedFilm.of(server.url, 'killed');
    const id = await film.send();
    await film.recorded(id, 8_000);
    const before = await film.recording(id);
    expect(before.state).toBe('recording');
    await server.kill('SIGKILL');
    await film.vanish();
    await server.start();
    const recording = await film.finished(id);
    expect(recording.problem).toBeNull();
    expect(recording.spans).toHaveLength(1);
    // The recording contains everything that was reported while live, and at most what was sent
    // after that.
    expect(recording.durationMs).toBeGreaterThanOrEqual(before.durationMs);
    expect(recording.durationMs).toBeLessThan(before.durationMs + 3 * SEGMENT_MS);
    await playWithFfmpeg(`${server.url}${recording.playlistPath}`, WHOLE);
  });

  it('continues with a discontinuity after a media worker dies', async () => {
    const film = await RecordedFilm.of(server.url, 'workerless');
    const id = await film.send();
    await film.recorded(id, 6_000);
    await killWorkers();
    const fellMs = Date.now();
    // Until another worker is running, publishers are asked to retry.
    const again = await vi.waitFor(async () => {
      await film.vanish();
      return film.send();
    }, LIMIT);
    expect(again).toBe(id);
    const before = (await film.recording(id)).durationMs;
    await film.recorded(id, before + 6_000);
    const recordedMs = Date.now();
    await film.end();
    const recording = await film.finished(id);
    expect(recording).toMatchObject({ problem: null });
    expect(recording.spans).toHaveLength(2);
    const [first, second] = recording.spans;
    expect(first!.wallMs + first!.durationMs).toBeLessThan(fellMs + 500);
    expect(second!.wallMs).toBeGreaterThan(fellMs);
    expect(second!.wallMs).toBeLessThan(recordedMs);
    expect(second!.atMs).toBe(first!.durationMs);
    const playlist = `${server.url}${recording.playlistPath}`;
    const media = await (await fetch(new URL('video-0.m3u8', playlist))).text();
    expect(media.match(/^#EXT-X-DISCONTINUITY$/gm)).toHaveLength(1);
    await playWithFfmpeg(playlist, WHOLE);
    const codecs = (await probeHls(playlist, WHOLE)).map(({ codec }) => codec);
    expect(new Set(codecs)).toEqual(new Set(['h264', 'opus', 'aac']));
    await vi.waitUntil(() => server.output.includes('media worker died'), LIMIT);
  });
});
