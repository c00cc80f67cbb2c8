import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SrtRunner } from '../../src/srt/srt-runner.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import type { CreatedStreamKey, StreamKeyView } from '../../src/protocol/stream-key.js';
import { ffmpegBin } from '../support/ffmpeg.js';
import { PLAIN_FILM, type RtmpFilm } from '../support/ffmpeg-rtmp.js';
import { FfmpegSrt } from '../support/ffmpeg-srt.js';
import { useServer } from '../support/fixtures/use-server.js';
import { freePort } from '../support/free-port.js';
import { api, type Person, registerWithChannel } from '../support/people.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const B_FRAMES: RtmpFilm = { ...PLAIN_FILM, video: { bFrames: 3 } };
const port = await freePort();
const server = useServer({ overrides: { GRACE_SECONDS: '60', SRT_PORT: String(port) } });
let ann: Person;
let made: CreatedStreamKey;
const programs: FfmpegSrt[] = [];

const broadcast = async (): Promise<BroadcastView | null> =>
  (await api<ChannelView>(server.url, null, 'GET', '/channels/ann')).broadcast;
const isIn = (state: BroadcastView['state']) =>
  vi.waitUntil(async () => (await broadcast())?.state === state, LIMIT);
const isOver = () => vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
const ingest = () => api<IngestView>(server.url, ann, 'GET', '/channels/ann/ingest');

const publish = (
  query = `streamid=publish:ann&passphrase=${made.srtPassphrase}`,
  film?: RtmpFilm,
  format?: 'h264',
): FfmpegSrt => {
  const program = new FfmpegSrt(`srt://127.0.0.1:${port}?${query}`, film, format);
  programs.push(program);
  return program;
};

/** Returns a playlist, or an empty string if none exists. */
const playlist = async (path: string): Promise<string> => {
  const response = await fetch(`${server.url}/hls/ann/${path}`);
  return response.ok ? response.text() : '';
};

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  made = await api<CreatedStreamKey>(server.url, ann, 'POST', '/channels/ann/stream-key');
  const view = () => api<StreamKeyView>(server.url, ann, 'GET', '/channels/ann/stream-key');
  await vi.waitUntil(async () => (await view()).srtServer !== null, LIMIT);
});
afterEach(async () => {
  for (const one of programs.splice(0)) {
    one.thaw();
    await one.stop();
  }
  await isOver();
});

describe.skipIf(ffmpegBin === '' || process.env.SRT_PYTHON_BIN === '')('FFmpeg over SRT', () => {
  it('with B-frames is played as HLS, and its owner sees what arrives', async () => {
    const program = publish(undefined, B_FRAMES);
    await isIn('live');
    expect(await broadcast()).toMatchObject({ source: 'srt', state: 'live' });
    await vi.waitUntil(async () => (await broadcast())?.hls === 'ready', LIMIT);
    expect(await playlist('index.m3u8')).toMatch(/avc1\.[\dA-F]{6},mp4a\.40\.2/);
    await vi.waitUntil(async () => {
      const { roundTripMs, tracks, warnings } = await ingest();
      const isMeasured = roundTripMs !== null && tracks.length === 2;
      return isMeasured && warnings.some(({ code }) => code === 'b_frames');
    }, LIMIT);
    const { source, tracks } = await ingest();
    expect(source).toBe('srt');
    expect(tracks.map(({ codec }) => codec)).toEqual(['H264', 'AAC']);
    expect(program.said).toBe('');
    const { id } = (await broadcast()) ?? { id: '' };
    await program.stop();
    await isOver();
    const recorded = `${server.url}/hls/recordings/${id}/index.m3u8`;
    await vi.waitUntil(async () => (await fetch(recorded)).ok, LIMIT);
    expect(await (await fetch(recorded)).text()).toMatch(/avc1\.[\dA-F]{6}/);
    const { durationMs } = await api<RecordingView>(server.url, ann, 'GET', `/recordings/${id}`);
    expect(durationMs).toBeGreaterThan(1_000);
  });

  it.each([
    ['the stream key', () => `streamid=${made.streamKey}`],
    ['the channel and the key', () => `streamid=publish:ann:${made.streamKey}`],
    ['the recommended form', () => `streamid=#!::r=ann,m=publish&passphrase=${made.srtPassphrase}`],
    ['that form, encoded', () => `streamid=%23%21%3A%3Ar%3D${made.streamKey}`],
  ])(
    'is live with a stream id that is %s, and ends its broadcast when it stops',
    async (_, query) => {
      const program = publish(query());
      await isIn('live');
      const { id } = (await broadcast()) ?? { id: '' };
      await program.stop();
      await isOver();
      expect(await api(server.url, ann, 'GET', `/broadcasts/${id}`)).toMatchObject({
        endReason: 'publisher_ended',
        source: 'srt',
      });
    },
  );

  it.each([
    ['a wrong key', 'streamid=live_wrong'],
    ['no stream id', ''],
    ['a wrong passphrase', `streamid=publish:ann&passphrase=${'x'.repeat(32)}`],
    ['no passphrase', 'streamid=publish:ann'],
    ['the wish to play', 'streamid=read:ann'],
  ])('with %s is refused', async (_what, query) => {
    const program = publish(query);
    expect(await program.ended()).not.toBe(0);
    expect(await broadcast()).toBeNull();
  });

  it('is disconnected if it sends something other than MPEG-TS', async () => {
    const program = publish(undefined, { video: { bFrames: 0 }, audio: null }, 'h264');
    expect(await program.ended()).not.toBe(0);
    expect(await broadcast()).toBeNull();
  });

  it.each([120, 4_000])(
    'with a latency of %i ms resumes its broadcast after it was cut',
    async (ms) => {
      const latency = `latency=${ms * 1_000}`;
      const first = publish(`streamid=publish:ann&passphrase=${made.srtPassphrase}&${latency}`);
      await isIn('live');
      const { id } = (await broadcast()) ?? { id: '' };
      await first.kill();
      await isIn('interrupted');
      publish();
      await isIn('live');
      expect((await broadcast())?.id).toBe(id);
    },
  );

  it('is refused while another one publishes, and takes over once that one is silent', async () => {
    const first = publish();
    await isIn('live');
    const { id } = (await broadcast()) ?? { id: '' };
    const second = publish();
    expect(await second.ended()).not.toBe(0);
    expect(await broadcast()).toMatchObject({ id, state: 'live' });
    first.freeze();
    await vi.waitUntil(async () => (await ingest()).tracks[0]?.streams[0]?.bitrateBps === 0, LIMIT);
    publish();
    await isIn('interrupted');
    await isIn('live');
    expect((await broadcast())?.id).toBe(id);
  });

  it('resumes its broadcast after the SRT program was killed', async () => {
    publish();
    await isIn('live');
    const { id } = (await broadcast()) ?? { id: '' };
    const runner = server.app.get(SrtRunner, { strict: false });
    const { pid } = runner.process ?? {};
    const restarted = runner.events.once('started');
    process.kill(pid ?? 0, 'SIGKILL');
    await isIn('interrupted');
    await restarted;
    await vi.waitUntil(async () => {
      if (!programs.some((one) => one.isRunning)) publish();
      return (await broadcast())?.state === 'live';
    }, LIMIT);
    expect((await broadcast())?.id).toBe(id);
    expect(runner.process?.pid).not.toBe(pid);
  });
});
