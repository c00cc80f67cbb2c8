import { readFile } from 'node:fs/promises';
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
}, 60_000);
afterAll(() => server.close());

/** The processes that a process has started, and that run. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').map(Number);
}

const nameOf = (pid: number) => readFile(`/proc/${pid}/comm`, 'utf8');

/** Kills all media workers of the server. */
async function killWorkers(): Promise<void> {
  for (const pid of await childrenOf(server.pid))
    if ((await nameOf(pid)).startsWith('mediasoup')) process.kill(pid, 'SIGKILL');
}

describe('a recording', () => {
  it('is finished by the next start when the server was killed, up to the last whole segment', async () => {
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
    // What was told while it was live is there, and no more than came since.
    expect(recording.durationMs).toBeGreaterThanOrEqual(before.durationMs);
    expect(recording.durationMs).toBeLessThan(before.durationMs + 3 * SEGMENT_MS);
    await playWithFfmpeg(`${server.url}${recording.playlistPath}`, WHOLE);
  }, 90_000);

  it('goes on in the same one when a media worker died, with a break', async () => {
    const film = await RecordedFilm.of(server.url, 'workerless');
    const id = await film.send();
    await film.recorded(id, 6_000);
    const fellMs = Date.now();
    await killWorkers();
    // Until another worker runs, programs are told to try again.
    const again = await vi.waitFor(async () => {
      await film.vanish();
      return film.send();
    }, LIMIT);
    expect(again).toBe(id);
    const backMs = Date.now();
    const before = (await film.recording(id)).durationMs;
    await film.recorded(id, before + 6_000);
    await film.end();
    const recording = await film.finished(id);
    expect(recording).toMatchObject({ problem: null });
    expect(recording.spans).toHaveLength(2);
    const [first, second] = recording.spans;
    expect(first!.wallMs + first!.durationMs).toBeLessThan(fellMs + 500);
    expect(second!.wallMs).toBeGreaterThan(fellMs);
    expect(second!.wallMs).toBeLessThan(backMs + 3_000);
    expect(second!.atMs).toBe(first!.durationMs);
    const playlist = `${server.url}${recording.playlistPath}`;
    const media = await (await fetch(new URL('video-0.m3u8', playlist))).text();
    expect(media.match(/^#EXT-X-DISCONTINUITY$/gm)).toHaveLength(1);
    await playWithFfmpeg(playlist, WHOLE);
    const codecs = (await probeHls(playlist, WHOLE)).map(({ codec }) => codec);
    expect(new Set(codecs)).toEqual(new Set(['h264', 'opus', 'aac']));
    await vi.waitUntil(() => server.output.includes('media worker died'), LIMIT);
  }, 90_000);
});
