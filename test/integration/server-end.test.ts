import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import { playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { ServerProcess } from '../support/server-process.js';
import { openSocket, request } from '../support/sockets.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 30_000, interval: 50 };
const WHOLE = { from: 'rewind', seconds: 3_600 } as const;

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({}, { ownGroup: true });
  return () => server.close();
});
afterEach(async () => {
  if (!server.isRunning) await server.start();
});

/**
 * Returns whether a process is running. A zombie, which its parent hasn't reaped yet, doesn't
 * count.
 */
async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

async function areGone(pids: readonly number[]): Promise<boolean> {
  return (await Promise.all(pids.map(runs))).every((running) => !running);
}

/**
 * Starts a broadcast from an encoder, with a WebRTC viewer and a socket that follows the channel.
 */
async function broadcast(channel: string) {
  const film = await RecordedFilm.of(server.url, channel);
  const id = await film.send();
  const viewer = new WeriftViewer({
    url: server.url,
    channel,
    payloadTypes: { audio: 111, video: 96 },
  });
  onTestFinished(() => viewer.vanish());
  expect((await viewer.watch()).status).toBe(201);
  const socket = await openSocket(server.url);
  onTestFinished(() => void socket.close());
  const told: string[] = [];
  socket.on('transport:closed', () => void told.push('the media was closed'));
  socket.on('channel:state', ({ broadcast: now }) => {
    if (now === null || told.includes('ended: server_stopped')) return;
    told.push(now.state === 'ended' ? `ended: ${now.endReason}` : now.state);
  });
  await request(socket, 'viewer:join', { channel });
  await vi.waitUntil(() => viewer.packets.video > 0, LIMIT);
  await film.recorded(id, 4_000);
  return { film, id, told };
}

describe('a broadcast ends with the server', () => {
  it.each([
    ['the process gets SIGTERM', 'by-term', () => server.signal('SIGTERM')],
    ['its process group gets SIGTERM', 'by-group', () => server.signal('SIGTERM', 'group')],
    [
      // `npm start` forwards the signals that it receives.
      'its process group gets SIGINT, and the process gets it again',
      'by-ctrl-c',
      () => {
        server.signal('SIGINT', 'group');
        server.signal('SIGINT');
      },
    ],
  ])(
    'when %s: its viewers are notified, and it is recorded to its end',
    async (_name, channel, send) => {
      const { film, id, told } = await broadcast(channel);
      const workers = await server.workers();
      expect(workers).toHaveLength(2);
      const before = await film.recording(id);
      told.length = 0;
      send();
      expect(await server.exited(), `the output: ${server.output}`).toBe(0);
      expect(await areGone(workers)).toBe(true);
      // Before it ended, the broadcast was neither interrupted nor without media.
      expect(told).toEqual(['ended: server_stopped']);
      await film.vanish();
      expect(server.output).not.toMatch(/ERROR|media worker died/);
      await server.start();
      expect(await api<BroadcastView>(server.url, null, 'GET', `/broadcasts/${id}`)).toMatchObject({
        state: 'ended',
        endReason: 'server_stopped',
      });
      const recording = await film.recording(id);
      expect(recording).toMatchObject({ state: 'ready', problem: null });
      expect(recording.durationMs).toBeGreaterThanOrEqual(before.durationMs);
      await playWithFfmpeg(`${server.url}${recording.playlistPath}`, WHOLE);
    },
  );
});

describe('the media workers', () => {
  it('end when the server is killed', async () => {
    const workers = await server.workers();
    expect(workers).toHaveLength(2);
    await server.kill('SIGKILL');
    await vi.waitUntil(() => areGone(workers), LIMIT);
  });

  it('are killed if they hang when the server stops', async () => {
    const workers = await server.workers();
    for (const pid of workers) process.kill(pid, 'SIGSTOP');
    server.signal('SIGTERM');
    expect(await server.exited(), `the output: ${server.output}`).toBe(0);
    expect(await areGone(workers)).toBe(true);
  });
});

it('a second Ctrl-C stops the server at once', async () => {
  const workers = await server.workers();
  // Without the second signal, the server would wait for the suspended workers.
  for (const pid of workers) process.kill(pid, 'SIGSTOP');
  const exited = server.exited();
  const pressing = setInterval(() => server.signal('SIGINT', 'group'), 250);
  expect(await exited.finally(() => clearInterval(pressing))).toBe(1);
  // The workers are suspended, so the test has to end them.
  for (const pid of workers) process.kill(pid, 'SIGKILL');
});
