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
let onAir: Promise<string> | undefined;

/** The address of the one broadcast that most tests read: three layers of a clock, and sound that beeps. */
const broadcast = (): Promise<string> =>
  (onAir ??= goLive('rosa', { renditions: ['opus', ...LAYERS] }).then(({ url }) => url));

type Live = { url: string; studio: Page };

/** Goes live, and waits until these renditions have some segments. */
async function goLive(
  name: string,
  { renditions, script = '' }: { renditions: readonly string[]; script?: string },
): Promise<Live> {
  const studio = await stage.goLive(name, { initScripts: [script, clockPublisherScript()] });
  const url = `${stage.server.url}/hls/${name}/index.m3u8`;
  await expect.poll(() => renditionsWith(4, url), WAIT).toEqual(renditions);
  return { url, studio };
}

/** What is passed through and has so many segments. */
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

/** The initialization section and the complete segments of one rendition. */
async function fetchWindow(id: string, url: string) {
  const rendition = (await fetchRenditions(url)).find((one) => one.id === id);
  const segments = await fetchSegments(rendition?.url ?? '');
  const init = await fetchBytes(segments[0]?.initUrl ?? '');
  const media = await Promise.all(segments.map((segment) => fetchBytes(segment.url)));
  return { segments, init, media };
}

type Timed = Readonly<{ dts: number; duration: number }>;

/** What doesn't begin exactly where the one before ended. */
const breaksOf = (all: readonly Timed[]) =>
  all.flatMap((one, at) => {
    const before = all[at - 1];
    return before && one.dts !== before.dts + before.duration ? [{ before, one }] : [];
  });

/** What isn't after the one before. */
const backwardsOf = (all: readonly { dts: number }[]) =>
  all.flatMap((one, at) => ((all[at - 1]?.dts ?? -1) < one.dts ? [] : [{ at, one }]));

const kindOf = ({ id }: FetchedRendition) => (id.startsWith('video') ? 'video' : 'audio');

describe.skipIf(!hasFfmpegReaders)('FFmpeg', () => {
  it.each<ReadFrom>(['live', 'rewind'])(
    'plays every rendition (%s) without a warning, time going on',
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

  it.each<ReadFrom>(['live', 'rewind'])(
    'plays all renditions at once (%s) without a warning',
    async (from) => {
      const url = await broadcast();
      await expect(playWithFfmpeg(url, { from, seconds: 6 })).resolves.toBeUndefined();
    },
  );
});

describe('segments', () => {
  it('go on from one another to the tick, as ffprobe and mp4box read them', async () => {
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
    'have sound within 40 ms of the pictures, and tell the date by the clock in them',
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

/** When the timeline began, by the first segment's date, milliseconds since 1970. */
function beganMs({ segments, init, media }: Awaited<ReturnType<typeof fetchWindow>>): number {
  const [first] = samplesOf(init, ...media.slice(0, 1));
  if (!segments[0] || !first) throw new Error('no segment');
  return segments[0].wallMs - (first.dts / first.timescale) * 1_000;
}

describe.skipIf(!hasFfmpegReaders)('a publisher without H.264', () => {
  it.each([
    ['video/VP9', 'vp9'],
    ['video/AV1', 'av1'],
    ['video/VP8', 'h264'],
  ])('sends %s, which FFmpeg reads as %s without a warning', async (mimeType, codec) => {
    const script = onlyCodecScript(mimeType);
    const name = mimeType.replace('video/', 'only-').toLowerCase();
    const { url, studio } = await goLive(name, { renditions: ['opus', 'video-0'], script });
    await playWithFfmpeg(url, { from: 'rewind', seconds: 6 });
    const { init, media } = await fetchWindow('video-0', url);
    const [stream] = await probeBytes(Buffer.concat([init, ...media]));
    expect(stream?.codec).toBe(codec);
    expect(breaksOf(samplesOf(init, ...media))).toEqual([]);
    await studio.close();
  });
});
