import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import { playWithFfmpeg, probeBytes } from '../support/ffmpeg-reader.js';
import { ffmpegBin } from '../support/ffmpeg.js';
import { FfmpegRtmp, type RtmpFilm } from '../support/ffmpeg-rtmp.js';
import {
  fetchBytes,
  type FetchedSegment,
  fetchRenditions,
  fetchSegments,
} from '../support/fetched-playlist.js';
import { useServer } from '../support/fixtures/use-server.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';
import { transcoderPids } from '../support/transcoders.js';

const LIMIT = { timeout: 90_000, interval: 200 };
const RATE = 10;
const FILM: RtmpFilm = {
  video: { bFrames: 2, size: '960x540', rate: RATE },
  audio: { sampleRate: 48_000, channels: 2 },
};
const PLAIN_FILM: RtmpFilm = { ...FILM, video: { bFrames: 0, size: '960x540', rate: RATE } };
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

const publish = (film: RtmpFilm, streamKey = key): FfmpegRtmp => {
  const program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/live/${streamKey}`, film);
  programs.push(program);
  return program;
};

const broadcastOf = async (name: string): Promise<BroadcastView | null> =>
  (await api<ChannelView>(server.url, null, 'GET', `/channels/${name}`)).broadcast;
const isPlayable = (name = 'ann') =>
  vi.waitUntil(async () => (await broadcastOf(name))?.hls === 'ready', LIMIT);

const renditions = (name = 'ann') => fetchRenditions(`${server.url}/hls/${name}/index.m3u8`);
const urlOf = async (id: string): Promise<string> =>
  (await renditions()).find((one) => one.id === id)?.url ?? '';

/**
 * Resolves with both renditions' segments as soon as `enough` is true for those of the smaller
 * rendition.
 */
async function segmentsWhen(enough: (made: FetchedSegment[]) => boolean) {
  const [source, made] = [await urlOf('video-1'), await urlOf('video-0')];
  await vi.waitUntil(async () => enough(await fetchSegments(made)), LIMIT);
  return { source: await fetchSegments(source), made: await fetchSegments(made) };
}

const ingest = (person: Person) =>
  api<IngestView>(server.url, person, 'GET', `/channels/${person.username}/ingest`);

const mediaOf = async ({ url, initUrl }: FetchedSegment) => {
  const bytes = await Promise.all([fetchBytes(initUrl), fetchBytes(url)]);
  const [video] = await probeBytes(Buffer.concat(bytes));
  return video!;
};

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
});
afterEach(async () => {
  for (const one of programs.splice(0)) await one.stop();
  await vi.waitUntil(async () => (await broadcastOf('ann')) === null, LIMIT);
  await vi.waitUntil(() => transcoderPids().length === 0, LIMIT);
});

describe.skipIf(ffmpegBin === '')('a broadcast with a single layer', () => {
  it.each([
    ['without B-frames', PLAIN_FILM],
    ['with B-frames', FILM],
  ])('%s gets a lower rendition on the source’s timeline', async (_what, film) => {
    publish(film);
    await isPlayable();
    const index = await (await fetch(`${server.url}/hls/ann/index.m3u8`)).text();
    expect(index.match(/RESOLUTION=\d+x\d+/g)).toEqual(
      expect.arrayContaining(['RESOLUTION=960x540', 'RESOLUTION=640x360']),
    );
    expect((await renditions()).map(({ id }) => id)).toEqual(['aac', 'video-1', 'video-0']);
    const { source, made } = await segmentsWhen((all) => all.length >= 3);
    for (const one of made) {
      const { wallMs, durationS } = source.find(({ msn }) => msn === one.msn)!;
      expect(one).toMatchObject({ wallMs, durationS, gap: false });
    }
    for (const [at, one] of made.entries()) {
      const [original, smaller] = [await mediaOf(source[at]!), await mediaOf(one)];
      expect(smaller).toMatchObject({ codec: 'h264', width: 640, height: 360 });
      expect(smaller.packets[0]?.isKey).toBe(true);
      expect(smaller.packets).toHaveLength(original.packets.length);
      // The transcoded frames are decoded in the order in which they are shown, so their
      // presentation times are the source's decode times.
      expect(smaller.packets.map(({ pts }) => pts)).toEqual(original.packets.map(({ dts }) => dts));
    }
    await playWithFfmpeg(await urlOf('video-0'), { from: 'rewind', seconds: 4 });
  });

  it('continues with the next segment after FFmpeg was killed', async () => {
    publish(FILM);
    await isPlayable();
    await segmentsWhen((all) => all.length >= 2);
    const [pid] = transcoderPids();
    process.kill(pid!, 'SIGKILL');
    const killedMs = Date.now();
    const { source, made } = await segmentsWhen(
      (all) => all.filter(({ wallMs, gap }) => wallMs > killedMs && !gap).length >= 2,
    );
    expect(transcoderPids()).not.toContain(pid);
    expect(source.some(({ gap }) => gap)).toBe(false);
    expect(made.filter(({ gap }) => gap).length).toBeLessThanOrEqual(2);
    expect(made.map(({ msn }) => msn)).toEqual(source.slice(0, made.length).map(({ msn }) => msn));
    for (const one of made) {
      const same = source.find(({ msn }) => msn === one.msn)!;
      expect(Math.abs(one.wallMs - same.wallMs)).toBeLessThanOrEqual(1);
    }
    expect((await broadcastOf('ann'))?.state).toBe('live');
  });

  it('is counted and shown to its owner, who learns when all transcoding slots are in use', async () => {
    const bob = await registerWithChannel(server.url, 'bob');
    const bobsKey = await createStreamKey(server.url, bob);
    publish(PLAIN_FILM);
    await isPlayable();
    expect(await ingest(ann)).toMatchObject({ transcoded: ['360p'], warnings: [] });
    const other = publish(PLAIN_FILM, bobsKey);
    await isPlayable('bob');
    const refused = await ingest(bob);
    expect(refused.transcoded).toEqual([]);
    expect(refused.warnings).toEqual([
      { code: 'not_transcoded', message: expect.stringMatching(/^1 of 1 transcoders are in use/) },
    ]);
    expect((await renditions('bob')).map(({ id }) => id)).toEqual(['aac', 'video-0']);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^onair_transcoded_broadcasts 1$/m);
    expect(metrics).toMatch(/^onair_transcoded_broadcasts_max 1$/m);
    expect(metrics).toMatch(/^onair_transcodings_refused_total [1-9]\d*$/m);
    await other.stop();
  });

  it('isn’t transcoded if its resolution is low', async () => {
    publish({ ...FILM, video: { bFrames: 0, size: '640x360', rate: RATE } });
    await isPlayable();
    expect((await renditions()).map(({ id }) => id)).toEqual(['aac', 'video-0']);
    expect(transcoderPids()).toEqual([]);
    expect(await ingest(ann)).toMatchObject({ transcoded: [], warnings: [] });
  });
});
