import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { changingSound } from '../support/changing-sound.js';
import { hasFfmpegReaders, playWithFfmpeg } from '../support/ffmpeg-reader.js';
import { FfmpegRtmp } from '../support/ffmpeg-rtmp.js';
import { useServer } from '../support/fixtures/use-server.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, registerWithChannel } from '../support/people.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const SOUNDS = [
  { sampleRate: 44_100, channels: 1 },
  { sampleRate: 48_000, channels: 2 },
];
const SECONDS_EACH = 15;

const port = await freePort();
const server = useServer({ overrides: { RTMP_PORT: String(port) } });
let folder: string;
let program: FfmpegRtmp | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-sound-change-'));
});
afterAll(async () => {
  await program?.stop();
  await rm(folder, { recursive: true, force: true });
});

const channel = () => api<ChannelView>(server.url, null, 'GET', '/channels/ann');
const channelsIn = async (): Promise<string> => {
  const response = await fetch(`${server.url}/hls/ann/index.m3u8`);
  return /CHANNELS="(\d)"/.exec(await response.text())?.[1] ?? '';
};

describe.skipIf(!hasFfmpegReaders)(
  'an encoder that changes its sound',
  { timeout: 180_000 },
  () => {
    it('is heard over HLS and on the same connection over WebRTC, and is recorded', async () => {
      const file = join(folder, 'film.flv');
      await writeFile(file, await changingSound(SOUNDS, SECONDS_EACH));
      const ann = await registerWithChannel(server.url, 'ann');
      const key = await createStreamKey(server.url, ann);
      program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/live/${key}`, { file });
      const { id } = await vi.waitUntil(async () => {
        const { broadcast } = await channel();
        return broadcast?.hls === 'ready' && broadcast;
      }, LIMIT);
      expect(await channelsIn()).toBe('1');
      const payloadTypes = { audio: 96, video: 97 };
      const viewer = new WeriftViewer({ url: server.url, channel: 'ann', payloadTypes });
      expect((await viewer.watch()).status).toBe(201);
      await vi.waitUntil(() => viewer.packets.audio > 50, LIMIT);
      await vi.waitUntil(async () => (await channelsIn()) === '2', LIMIT);
      const { audio } = viewer.packets;
      await vi.waitUntil(() => viewer.packets.audio > audio + 50, LIMIT);
      expect(viewer.jumps).toEqual([]);
      await viewer.vanish();
      expect(await program.ended()).toBe(0);
      const recording = await vi.waitUntil(async () => {
        const view = await api<RecordingView>(server.url, ann, 'GET', `/recordings/${id}`);
        return view.state === 'ready' && view;
      }, LIMIT);
      // Players can't switch between configurations, so the longer part is played.
      expect(recording.durationMs).toBeGreaterThan((SECONDS_EACH - 4) * 1_000);
      expect(recording.durationMs).toBeLessThan((SECONDS_EACH + 2) * 1_000);
      const playlist = `${server.url}${recording.playlistPath}`;
      await playWithFfmpeg(playlist, { from: 'rewind', seconds: 3_600 });
    });
  },
);
