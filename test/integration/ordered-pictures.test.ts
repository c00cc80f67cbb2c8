import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import { ffmpegBin } from '../support/ffmpeg.js';
import { FfmpegRtmp, type RtmpFilm } from '../support/ffmpeg-rtmp.js';
import { useServer } from '../support/fixtures/use-server.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { transcoderPids } from '../support/transcoders.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 90_000, interval: 200 };
const FILM: RtmpFilm = {
  video: { bFrames: 3, rate: 10 },
  audio: { sampleRate: 48_000, channels: 2 },
};
const RTP_TIME_OFFSET = 4;
const port = await freePort();
const server = useServer({
  overrides: {
    GRACE_SECONDS: '20',
    RTMP_PORT: String(port),
    TRANSCODE: 'auto',
    TRANSCODE_MAX: '1',
    TRANSCODE_ENCODER: 'libx264',
  },
});
let ann: Person;
let key = '';
const programs: FfmpegRtmp[] = [];

const publish = (): FfmpegRtmp => {
  const program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/live/${key}`, FILM);
  programs.push(program);
  return program;
};

const broadcast = async (): Promise<BroadcastView | null> =>
  (await api<ChannelView>(server.url, null, 'GET', '/channels/ann')).broadcast;
const ingest = () => api<IngestView>(server.url, ann, 'GET', '/channels/ann/ingest');

/** Resolves when WebRTC viewers are shown the video although it has B-frames. */
const isShown = () =>
  vi.waitUntil(
    async () => (await broadcast())?.webrtc === 'ready' && (await ingest()).transcodedForWebRtc,
    LIMIT,
  );

/** Watches, and records the RTP times of the video's packets. */
async function watch() {
  const times: number[] = [];
  const viewer = new WeriftViewer({
    url: server.url,
    channel: 'ann',
    payloadTypes: { audio: 96, video: 97 },
    onVideo: (bytes) => times.push(bytes.readUInt32BE(RTP_TIME_OFFSET)),
  });
  expect((await viewer.watch()).status).toBe(201);
  return { viewer, times };
}

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
});
afterEach(async () => {
  for (const one of programs.splice(0)) await one.stop();
  await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
  await vi.waitUntil(() => transcoderPids().length === 0, LIMIT);
});

describe.skipIf(ffmpegBin === '')('B-frames over RTMP', () => {
  it('are removed for WebRTC viewers, who get frames in order', async () => {
    publish();
    await isShown();
    const { tracks, warnings } = await ingest();
    expect(tracks.find(({ kind }) => kind === 'video')?.streams[0]?.bFrames).toBe(true);
    expect(warnings).toEqual([]);
    const { viewer, times } = await watch();
    await vi.waitUntil(() => new Set(times).size > 40 && viewer.packets.audio > 50, LIMIT);
    const steps = times.slice(1).map((time, at) => (time - (times[at] ?? 0)) | 0);
    expect(steps.filter((step) => step < 0)).toEqual([]);
    // Ten frames per second, each in one or more packets.
    const intervals = steps.filter((step) => step > 0);
    expect(intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)]).toBe(9_000);
    await viewer.vanish();
  });

  it('are removed again after FFmpeg was killed, without another join', async () => {
    publish();
    await isShown();
    const { viewer, times } = await watch();
    await vi.waitUntil(() => new Set(times).size > 10, LIMIT);
    const [pid] = transcoderPids();
    process.kill(pid!, 'SIGKILL');
    const before = times.length;
    await vi.waitUntil(() => new Set(times.slice(before)).size > 20, LIMIT);
    expect(transcoderPids()).not.toContain(pid);
    expect((await broadcast())?.webrtc).toBe('ready');
    await viewer.vanish();
  });
});
