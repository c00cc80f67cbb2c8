import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import { ffmpeg, ffmpegBin } from '../support/ffmpeg.js';
import { FfmpegRtmp, PLAIN_FILM, type RtmpFilm } from '../support/ffmpeg-rtmp.js';
import { useServer } from '../support/fixtures/use-server.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { WeriftViewer } from '../support/werift-viewer.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const port = await freePort();
const server = useServer({ overrides: { GRACE_SECONDS: '20', RTMP_PORT: String(port) } });
let ann: Person;
let key = '';
const programs: FfmpegRtmp[] = [];

const broadcast = async (): Promise<BroadcastView | null> =>
  (await api<ChannelView>(server.url, null, 'GET', '/channels/ann')).broadcast;
const isLive = () => vi.waitUntil(async () => (await broadcast())?.state === 'live', LIMIT);
const isPlayable = () => vi.waitUntil(async () => (await broadcast())?.hls === 'ready', LIMIT);
const ingest = () => api<IngestView>(server.url, ann, 'GET', '/channels/ann/ingest');

const publish = (film?: RtmpFilm, path = `live/${key}`): FfmpegRtmp => {
  const program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/${path}`, film);
  programs.push(program);
  return program;
};

/** Returns a playlist, or an empty string if none exists. */
const playlist = async (path: string): Promise<string> => {
  const response = await fetch(`${server.url}/hls/ann/${path}`);
  return response.ok ? response.text() : '';
};

const videoPlaylist = async (): Promise<string> =>
  (await playlist('index.m3u8')).split('\n').find((line) => line.includes('video-0')) ?? '';

/** Counts the frames that FFmpeg decodes from the newest seconds of a playlist. */
const picturesIn = async (url: string, seconds: number): Promise<number> => {
  const input = ['-v', 'error', '-live_start_index', '-3', '-i', url, '-t', String(seconds)];
  const output = ['-map', '0:v', '-f', 'framecrc', 'pipe:1'];
  const lines = await ffmpeg([...input, ...output], new Uint8Array());
  return lines
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('0,')).length;
};

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
});
afterEach(async () => {
  for (const one of programs.splice(0)) await one.stop();
  await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
});

describe.skipIf(ffmpegBin === '')('FFmpeg over RTMP', () => {
  it('is live, and played as HLS and over WebRTC', async () => {
    const program = publish();
    await isLive();
    expect(await broadcast()).toMatchObject({ source: 'rtmp', state: 'live' });
    await isPlayable();
    const index = await playlist('index.m3u8');
    expect(index).toMatch(/avc1\.[\dA-F]{6},mp4a\.40\.2/);
    const viewer = new WeriftViewer({
      url: server.url,
      channel: 'ann',
      payloadTypes: { audio: 96, video: 97 },
    });
    expect((await viewer.watch()).status).toBe(201);
    await vi.waitUntil(() => viewer.packets.video > 50 && viewer.packets.audio > 50, LIMIT);
    expect(viewer.jumps).toEqual([]);
    await viewer.vanish();
    expect(program.said).toBe('');
  });

  it('shows its owner what arrives', async () => {
    publish({ ...PLAIN_FILM, audio: { sampleRate: 44_100, channels: 1 } });
    await isLive();
    await vi.waitUntil(async () => {
      const { tracks } = await ingest();
      return (
        tracks.length === 2 && tracks.every(({ streams: [one] }) => (one?.bitrateBps ?? 0) > 0)
      );
    }, LIMIT);
    const { source, connected, tracks } = await ingest();
    expect({ source, connected }).toEqual({ source: 'rtmp', connected: true });
    expect(tracks.map(({ codec }) => codec)).toEqual(['H264', 'AAC']);
  });

  it('with a wrong key learns why it is refused', async () => {
    const program = publish(PLAIN_FILM, 'live/live_wrong');
    expect(await program.ended()).not.toBe(0);
    expect(program.said).toMatch(/stream key is missing or wrong/);
    expect(await broadcast()).toBeNull();
  });

  it('ends its broadcast when it stops', async () => {
    const program = publish(PLAIN_FILM, `ann/${key}`);
    await isLive();
    const { id } = (await broadcast()) ?? { id: '' };
    await program.stop();
    await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
    expect(await api(server.url, ann, 'GET', `/broadcasts/${id}`)).toMatchObject({
      endReason: 'publisher_ended',
      source: 'rtmp',
    });
  });

  it.each<[string, RtmpFilm, RegExp]>([
    ['a picture alone', { video: { bFrames: 0 }, audio: null }, /CODECS="avc1\.[\dA-F]{6}"/],
    [
      'sound alone',
      { video: null, audio: { sampleRate: 44_100, channels: 2 } },
      /CODECS="mp4a\.40\.2"/,
    ],
  ])('is live with %s', async (_what, film, codecs) => {
    publish(film);
    await isLive();
    await isPlayable();
    expect(await playlist('index.m3u8')).toMatch(codecs);
  });

  it('with B-frames is played as HLS, and its owner learns why', async () => {
    publish({ ...PLAIN_FILM, video: { bFrames: 3 } });
    await isLive();
    await isPlayable();
    const codesOf = async () => (await ingest()).warnings.map(({ code }) => code);
    await vi.waitUntil(async () => (await codesOf()).includes('b_frames'), LIMIT);
    const viewer = new WeriftViewer({
      url: server.url,
      channel: 'ann',
      payloadTypes: { audio: 96, video: 97 },
    });
    expect((await viewer.watch()).status).toBe(422);
    await viewer.vanish();
    const rendition = `${server.url}/hls/ann/${await videoPlaylist()}`;
    await vi.waitUntil(async () => (await picturesIn(rendition, 4)) > 90, {
      timeout: 60_000,
      interval: 1_000,
    });
  });

  it('without a format that browsers play is refused with the reason', async () => {
    const program = publish({ video: { bFrames: 0, pixels: 'yuv444p' }, audio: null });
    expect(await program.ended()).not.toBe(0);
    expect(program.said).toMatch(/4:2:0/);
  });
});
