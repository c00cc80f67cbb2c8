import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clockPublisherScript } from '../support/clock-picture.js';
import { beepMarks, medianOffsetMs, pictureMarks } from '../support/clock-track.js';
import {
  fetchBytes,
  fetchRenditions,
  fetchSegments,
  type FetchedRendition,
} from '../support/fetched-playlist.js';
import {
  hasFfmpegReaders,
  playWithFfmpeg,
  probeBytes,
  probeHls,
  type ReadFrom,
} from '../support/ffmpeg-reader.js';
import { samplesOf } from '../support/mp4-samples.js';
import { onlyCodecScript } from '../support/only-codec.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Stage, WAIT } from '../support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(stage.server.output);
});
afterAll(async () => {
  await stage?.clear(false);
  await stage?.close();
});

const LAYERS = ['video-0', 'video-1', 'video-2'];
const RENDITIONS = ['opus', ...LAYERS];

type LiveOptions = { renditions: readonly string[]; script?: string; via?: string };
type Live = { url: string; studio: Page };

/** Goes live, and waits until these renditions have some segments. */
async function goLive(
  name: string,
  { renditions, script = '', via = stage.server.url }: LiveOptions,
): Promise<Live> {
  const initScripts = [script, clockPublisherScript()];
  const studio = await stage.goLive(name, { url: via, initScripts });
  const url = `${stage.server.url}/hls/${name}/index.m3u8`;
  await expect.poll(() => renditionsWith(4, url), WAIT).toEqual(renditions);
  return { url, studio };
}

/** Returns the renditions that aren't transcoded and have at least this many segments. */
async function renditionsWith(segments: number, url: string): Promise<string[]> {
  const response = await fetch(url);
  await response.text();
  if (!response.ok) return [];
  const found = await Promise.all(
    (await fetchRenditions(url))
      .filter(({ id }) => id !== 'aac')
      .map(async (one) => ({ id: one.id, count: (await fetchSegments(one.url)).length })),
  );
  return found.flatMap(({ id, count }) => (count >= segments ? id : [])).toSorted();
}

/** Fetches the init section and the complete segments of one rendition. */
async function fetchWindow(id: string, url: string) {
  const rendition = (await fetchRenditions(url)).find((one) => one.id === id);
  const segments = await fetchSegments(rendition?.url ?? '');
  const init = await fetchBytes(segments[0]?.initUrl ?? '');
  const media = await Promise.all(segments.map((segment) => fetchBytes(segment.url)));
  return { segments, init, media };
}

/**
 * Returns the smallest number of segments that any rendition has had since the broadcast resumed.
 */
async function fewestSinceAway(url: string): Promise<number> {
  const renditions = (await fetchRenditions(url)).filter(({ id }) => RENDITIONS.includes(id));
  const counts = renditions.map(async (rendition) => {
    const segments = await fetchSegments(rendition.url);
    const at = segments.findIndex(({ discontinuity }) => discontinuity);
    return at < 0 ? 0 : segments.length - at;
  });
  return Math.min(...(await Promise.all(counts)));
}

type Timed = Readonly<{ dts: number; duration: number }>;

/** Returns the samples that don't begin exactly where the previous sample ended. */
const breaksOf = (all: readonly Timed[]) =>
  all.flatMap((one, at) => {
    const before = all[at - 1];
    return before && one.dts !== before.dts + before.duration ? [{ before, one }] : [];
  });

/** Returns the samples that aren't later than the previous sample. */
const backwardsOf = (all: readonly { dts: number }[]) =>
  all.flatMap((one, at) => ((all[at - 1]?.dts ?? -1) < one.dts ? [] : [{ at, one }]));

const kindOf = ({ id }: FetchedRendition) => (id.startsWith('video') ? 'video' : 'audio');

/** Returns when the timeline began, according to the first segment's date, in ms since 1970. */
function beganMs({ segments, init, media }: Awaited<ReturnType<typeof fetchWindow>>): number {
  const [segment] = segments;
  const [bytes] = media;
  if (!segment || !bytes) throw new Error('no segment');
  return segment.wallMs - beginS(init, bytes) * 1_000;
}

/** Returns the position on the timeline at which a segment begins. */
function beginS(init: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>): number {
  const [first] = samplesOf(init, bytes);
  if (!first) throw new Error('an empty segment');
  return first.dts / first.timescale;
}

describe('a broadcast of a clock in three layers, with beeps', () => {
  let live: Promise<Live> | undefined;
  afterAll(async () => (await live)?.studio.close());

  /** Returns the broadcast's URL; the first test starts the broadcast. */
  const broadcast = async (): Promise<string> => {
    live ??= goLive('rosa', { renditions: RENDITIONS });
    return (await live).url;
  };

  it.skipIf(!hasFfmpegReaders).each<ReadFrom>(['live', 'rewind'])(
    'is played by FFmpeg, every rendition (%s), without a warning and with increasing times',
    async (from) => {
      const url = await broadcast();
      for (const rendition of await fetchRenditions(url)) {
        const { id } = rendition;
        await playWithFfmpeg(rendition.url, { from, seconds: 6 });
        const streams = await probeHls(rendition.url, { from, seconds: 6 });
        expect(streams.map(({ kind }) => kind)).toEqual([kindOf(rendition)]);
        const packets = streams.flatMap((stream) => stream.packets);
        expect(packets.length).toBeGreaterThan(30);
        expect({ id, backwards: backwardsOf(packets) }).toEqual({ id, backwards: [] });
      }
    },
  );

  it.skipIf(!hasFfmpegReaders).each<ReadFrom>(['live', 'rewind'])(
    'is played by FFmpeg, all renditions at once (%s), without a warning',
    async (from) => {
      const url = await broadcast();
      await expect(playWithFfmpeg(url, { from, seconds: 6 })).resolves.toBeUndefined();
    },
  );

  it('has segments that are contiguous to the tick, as read by ffprobe and mp4box', async () => {
    const url = await broadcast();
    for (const { id } of await fetchRenditions(url)) {
      const { init, media, segments } = await fetchWindow(id, url);
      const samples = samplesOf(init, ...media);
      expect({ id, breaks: breaksOf(samples) }).toEqual({ id, breaks: [] });
      expect(samples.every(({ dts, cts, size }) => dts === cts && size > 0)).toBe(true);
      for (const [at, bytes] of media.entries()) {
        const own = samplesOf(init, bytes);
        const ticks = own.reduce((sum, { duration }) => sum + duration, 0);
        expect(ticks / (own[0]?.timescale ?? 0)).toBeCloseTo(segments[at]?.durationS ?? 0, 4);
      }
      if (!hasFfmpegReaders) continue;
      const [stream, ...others] = await probeBytes(Buffer.concat([init, ...media]));
      expect(others).toEqual([]);
      expect(stream?.packets.map(({ dts, isKey }) => ({ dts, isKey }))).toEqual(
        samples.map(({ dts, isKey }) => ({ dts, isKey })),
      );
    }
  });

  it.skipIf(!hasFfmpegReaders)(
    'has audio within 40 ms of the video, and the clock’s dates',
    async () => {
      const url = await broadcast();
      const sound = await fetchWindow('opus', url);
      const beeps = await beepMarks(sound, beganMs(sound));
      expect(beeps.length).toBeGreaterThan(3);
      for (const id of LAYERS) {
        const window = await fetchWindow(id, url);
        const pictures = await pictureMarks(window, Date.now());
        expect(pictures.length).toBeGreaterThan(30);
        const videoMs = medianOffsetMs(pictures);
        expect(Math.abs(medianOffsetMs(beeps) - videoMs)).toBeLessThan(40);
        expect(Math.abs(beganMs(window) - videoMs)).toBeLessThan(40);
      }
    },
  );
});

describe.skipIf(!hasFfmpegReaders)('a publisher without H.264', () => {
  it.each([
    ['video/VP9', 'vp9'],
    ['video/AV1', 'av1'],
    ['video/VP8', 'h264'],
  ])('sends %s, which FFmpeg reads as %s without a warning', async (mimeType, codec) => {
    const script = onlyCodecScript(mimeType);
    const name = mimeType.replace('video/', 'only-').toLowerCase();
    const { url, studio } = await goLive(name, { renditions: ['opus', 'video-0'], script });
    for (const rendition of await fetchRenditions(url))
      await playWithFfmpeg(rendition.url, { from: 'rewind', seconds: 6 });
    const { init, media } = await fetchWindow('video-0', url);
    const [stream] = await probeBytes(Buffer.concat([init, ...media]));
    expect(stream?.codec).toBe(codec);
    expect(breaksOf(samplesOf(init, ...media))).toEqual([]);
    await studio.close();
  });
});

describe.skipIf(!hasFfmpegReaders)('a publisher after a network outage', () => {
  it('is read by FFmpeg across the interruption, and lasts as long on the timeline as on the clock', async () => {
    const network = await TcpProxy.to(stage.server.url);
    const { url, studio } = await goLive('yara', { renditions: RENDITIONS, via: network.url });
    network.goDown();
    await stage.isInState('yara', 'interrupted');
    network.comeBack();
    await stage.isInState('yara', 'live');
    // The renditions resume one after the other.
    await expect.poll(() => fewestSinceAway(url), WAIT).toBeGreaterThan(2);
    for (const { id, url: rendition } of await fetchRenditions(url)) {
      if (!RENDITIONS.includes(id)) continue;
      const { init, media, segments } = await fetchWindow(id, url);
      const begins = media.map((bytes) => beginS(init, bytes));
      const at = segments.findIndex(({ discontinuity }) => discontinuity);
      const awayS = (begins[at] ?? 0) - (begins[at - 1] ?? 0);
      const awayMs = (segments[at]?.wallMs ?? 0) - (segments[at - 1]?.wallMs ?? 0);
      expect(awayS).toBeGreaterThan(segments[at - 1]?.durationS ?? 0);
      expect(Math.abs(awayS * 1_000 - awayMs)).toBeLessThan(5);
      const seconds = (begins.at(-1) ?? 0) - (begins[0] ?? 0);
      await playWithFfmpeg(rendition, { from: 'rewind', seconds });
      const [stream] = await probeHls(rendition, { from: 'rewind', seconds });
      const packets = stream?.packets ?? [];
      expect(backwardsOf(packets)).toEqual([]);
      const lastS = (packets.at(-1)?.pts ?? 0) / (stream?.timescale ?? 0);
      expect(lastS).toBeGreaterThan(begins[at] ?? Infinity);
    }
    await playWithFfmpeg(url, { from: 'rewind', seconds: 8 });
    await studio.close();
    await network.close();
  });
});
