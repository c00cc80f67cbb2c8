import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { ClipView } from '../../src/protocol/clip.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import type { RestreamTarget } from '../../src/protocol/restream.js';
import { useServer } from '../support/fixtures/use-server.js';
import { fetchBytes, fetchRenditions } from '../support/fetched-playlist.js';
import {
  hasFfmpegReaders,
  playWithFfmpeg,
  probeBytes,
  probeHls,
  type ReadStream,
} from '../support/ffmpeg-reader.js';
import { FfmpegRtmp } from '../support/ffmpeg-rtmp.js';
import { beepsLateS, onsetsOf, type Onsets } from '../support/flashes.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { FfmpegRtmpServer } from '../support/rtmp-server.js';
import { allowLoopback } from '../support/webhook-receiver.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const SECONDS = 12;
const SYNC_S = 0.01;
const FRAME_SAMPLES = 1_024;

const port = await freePort();
/** A server without FFmpeg. */
const server = useServer({
  overrides: { RTMP_PORT: String(port), FFMPEG_BIN: '/nonexistent/ffmpeg' },
});

/** Returns how many beeps were compared, and by how many seconds those out of sync are off. */
function synced(onsets: Onsets): { beeps: number; offS: number[] } {
  // FFmpeg stops its audio before its video, so the last silence may end without a beep.
  const late = beepsLateS(onsets).slice(0, -1);
  return { beeps: late.length, offS: late.filter((one) => Math.abs(one) >= SYNC_S) };
}
const inSync = (atLeast = SECONDS / 2) => ({
  beeps: expect.toSatisfy((beeps: number) => beeps >= atLeast) as number,
  offS: [],
});

/** Checks that each frame of a stream starts exactly after the samples of the previous frame. */
function expectWholeFrames({ packets, timescale }: ReadStream, sampleRate: number): void {
  expect(timescale).toBe(sampleRate);
  expect(packets.length).toBeGreaterThan(((SECONDS - 3) * sampleRate) / FRAME_SAMPLES);
  const steps = packets.slice(1).map(({ pts }, index) => pts - packets[index]!.pts);
  expect(steps.filter((step) => step !== FRAME_SAMPLES)).toEqual([]);
}

describe.skipIf(!hasFfmpegReaders).each([
  { channel: 'mono', sampleRate: 44_100, channels: 1 },
  { channel: 'stereo', sampleRate: 48_000, channels: 2 },
])('the sound of an encoder at $sampleRate Hz, $channel', (about) => {
  const { channel, sampleRate, channels } = about;
  let owner: Person;
  let recording: RecordingView;
  let target: FfmpegRtmpServer;
  let folder: string;
  let index: string;
  let renditions: string[];
  let live: Onsets;
  let ingest: IngestView;
  let received: ReadStream[];

  const liveIndex = () => `${server.url}/hls/${channel}/index.m3u8`;
  const broadcast = async (): Promise<BroadcastView | null> =>
    (await api<ChannelView>(server.url, null, 'GET', `/channels/${channel}`)).broadcast;
  const recorded = (id: string) =>
    api<RecordingView>(server.url, owner, 'GET', `/recordings/${id}`).catch(() => null);

  beforeAll(async () => {
    allowLoopback(server);
    folder = await mkdtemp(join(tmpdir(), 'onair-sound-'));
    owner = await registerWithChannel(server.url, channel);
    const key = await createStreamKey(server.url, owner);
    target = await FfmpegRtmpServer.start();
    const to = { name: 'A service', url: target.url, key: 'key' };
    await api<RestreamTarget>(server.url, owner, 'POST', `/channels/${channel}/restream`, to);
    const program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/live/${key}`, {
      video: { bFrames: 0 },
      audio: { sampleRate, channels },
      flashes: true,
    });
    const { id } = await vi.waitUntil(async () => {
      const view = await broadcast();
      return view?.hls === 'ready' && view;
    }, LIMIT);
    index = await (await fetch(liveIndex())).text();
    renditions = (await fetchRenditions(liveIndex())).map((one) => one.id);
    const reading = onsetsOf(liveIndex());
    await vi.waitUntil(
      async () => ((await recorded(id))?.durationMs ?? 0) > SECONDS * 1_000,
      LIMIT,
    );
    ingest = await api<IngestView>(server.url, owner, 'GET', `/channels/${channel}/ingest`);
    await program.stop();
    live = await reading;
    received = await target.received();
    recording = await vi.waitUntil(async () => {
      const view = await recorded(id);
      return view?.state === 'ready' && view;
    }, LIMIT);
  }, 180_000);
  afterAll(async () => {
    vi.restoreAllMocks();
    await target?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is offered as AAC only, in HLS and in the recording', async () => {
    expect(index).toMatch(/CODECS="avc1\.[\dA-F]{6},mp4a\.40\.2"/);
    expect(index).toContain(`CHANNELS="${channels}"`);
    expect(renditions.toSorted()).toEqual(['aac', 'video-0']);
    const playlist = `${server.url}${recording.playlistPath}`;
    const recordedIds = (await fetchRenditions(playlist)).map(({ id }) => id);
    expect(recordedIds.toSorted()).toEqual(['aac', 'video-0']);
  });

  it('is in sync with the video in HLS', () => {
    expect(synced(live)).toEqual(inSync());
  });

  it('is unchanged in the recording’s playlist', async () => {
    const url = new URL('aac.m3u8', `${server.url}${recording.playlistPath}`).href;
    const [audio] = await probeHls(url, { from: 'rewind', seconds: 3_600 });
    expect(audio).toMatchObject({ codec: 'aac' });
    const playlist = `${server.url}${recording.playlistPath}`;
    await playWithFfmpeg(playlist, { from: 'rewind', seconds: 3_600 });
    expect(synced(await onsetsOf(playlist))).toEqual(inSync());
  });

  it('is unchanged in the download', async () => {
    const bytes = await fetchBytes(`${server.url}${recording.downloadPath}`);
    const file = join(folder, 'recording.mp4');
    await writeFile(file, bytes);
    const streams = await probeBytes(bytes);
    expect(streams.map(({ codec }) => codec)).toEqual(['h264', 'aac']);
    expectWholeFrames(streams[1]!, sampleRate);
    await playWithFfmpeg(file, { from: 'live', seconds: 3_600 });
    expect(synced(await onsetsOf(file))).toEqual(inSync());
  });

  it('is in clips', async () => {
    const path = `/recordings/${recording.id}/clips`;
    const body = { startMs: 2_000, durationMs: 5_000, title: 'A moment' };
    const clip = await api<ClipView>(server.url, owner, 'POST', path, body);
    const playlist = `${server.url}${clip.playlistPath}`;
    await playWithFfmpeg(playlist, { from: 'rewind', seconds: 3_600 });
    expect(synced(await onsetsOf(playlist))).toEqual(inSync(3));
  });

  it('reaches other services unchanged', () => {
    const audio = received.find(({ kind }) => kind === 'audio')!;
    expect(audio.codec).toBe('aac');
    const { packets, timescale } = audio;
    const seconds = (packets.at(-1)!.pts - packets[0]!.pts) / timescale;
    expect(seconds).toBeGreaterThan(SECONDS / 2);
    // Each frame has 1,024 samples, at the sender's sample rate.
    const framesPerS = (packets.length - 1) / seconds;
    expect(Math.abs(framesPerS - sampleRate / FRAME_SAMPLES)).toBeLessThan(0.1);
  });

  it('is missing over WebRTC, and its owner learns why', () => {
    expect(ingest.warnings.map(({ code }) => code)).toEqual(['no_sound']);
  });
});
