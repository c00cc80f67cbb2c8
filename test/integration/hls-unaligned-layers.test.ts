import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import {
  fetchBytes,
  type FetchedSegment,
  fetchRenditions,
  fetchSegments,
} from '../support/fetched-playlist.js';
import { probeBytes } from '../support/ffmpeg-reader.js';
import { encodeNumberedFilm, numbersShown } from '../support/numbered-film.js';
import { api, createStreamKey, registerWithChannel } from '../support/people.js';
import { type RtpTime, SimulcastPublisher } from '../support/simulcast-publisher.js';
import { useServer } from '../support/fixtures/use-server.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const [FRAMES_PER_SECOND, FRAMES, GROUP] = [15, 375, 60];
const TICKS = 90_000 / FRAMES_PER_SECOND;
const TWO_HOURS = 7_200 * 90_000;
/** Each layer has a key frame every 4 s, never at the same time as another layer. */
const LAYERS = [
  { width: 160, every: GROUP, from: 10 },
  { width: 320, every: GROUP, from: 30 },
  { width: 640, every: GROUP, from: 50 },
];
const BEST = LAYERS.length - 1;
/**
 * The encoders are already running when the connection opens, so no layer starts with a key frame.
 */
const FIRST_SENT = 5;
/** The last clock wraps soon after the start. */
const CLOCKS_START = [1_000_000, 2_000_000_000, 2 ** 32 - 40 * TICKS];
/** Each clock jumps ahead by two hours, at one of its layer's key frames. */
const AHEAD_AT = [130, 150, 170];
/** All clocks return to near 0 at once, at one of the highest layer's key frames. */
const BACK_AT = 290;
/** One timestamp of the highest layer is wrong, between two key frames. */
const WILD = { frame: 200, keyBefore: 170, keyAfter: 230 };
/** The maximum error of a picture's presentation time. */
const TOLERANCE_S = 0.3;
/** Frames that a layer skips last one tick each, which is invisible. */
const VISIBLE_S = 0.002;

type Picture = Readonly<{ number: number | null; atS: number }>;

const server = useServer();
let publisher: SimulcastPublisher;
let listed: readonly string[] = [];
let segments: FetchedSegment[][] = [];
const pictures: Record<'HLS' | 'the recording', Picture[][]> = { HLS: [], 'the recording': [] };

function clock(layer: number, frame: number): RtpTime {
  if (frame >= BACK_AT) return { ticks: 3_000 + (frame - BACK_AT) * TICKS, wild: false };
  const wild = layer === BEST && frame === WILD.frame;
  const aheadTicks = (frame >= AHEAD_AT[layer]! ? TWO_HOURS : 0) + (wild ? TWO_HOURS : 0);
  return { ticks: CLOCKS_START[layer]! + frame * TICKS + aheadTicks, wild };
}

/** Decodes a layer's file; rejects on any warning. */
async function decode(layer: number, file: Uint8Array): Promise<Picture[]> {
  const video = (await probeBytes(file)).find(({ kind }) => kind === 'video')!;
  expect(video.width).toBe(LAYERS[layer]!.width);
  const numbers = await numbersShown(file);
  expect(numbers.length, 'each sample is a picture').toBe(video.packets.length);
  return numbers.map((number, i) => ({ number, atS: video.packets[i]!.pts / video.timescale }));
}

async function readHls(url: string): Promise<void> {
  const renditions = await fetchRenditions(url);
  listed = renditions.map(({ id }) => id);
  const found = LAYERS.map((_, layer) => renditions.find(({ id }) => id === `video-${layer}`));
  segments = await vi.waitUntil(async () => {
    const all = await Promise.all(found.map(async (one) => (one ? fetchSegments(one.url) : [])));
    // A layer crosses a boundary when its own frames have arrived.
    return new Set(all.map((one) => one.at(-1)?.msn)).size === 1 && all;
  }, LIMIT);
  for (const [layer, all] of segments.entries()) {
    const there = all.filter(({ gap }) => !gap);
    const urls = [...new Set(there.map(({ initUrl }) => initUrl)), ...there.map((one) => one.url)];
    const file = Buffer.concat(await Promise.all(urls.map(fetchBytes)));
    pictures.HLS.push(await decode(layer, file));
  }
}

beforeAll(async () => {
  const { url } = server;
  const ann = await registerWithChannel(url, 'ann');
  const key = await createStreamKey(url, ann);
  const format = { frames: FRAMES, framesPerSecond: FRAMES_PER_SECOND };
  const films = await Promise.all(LAYERS.map((layer) => encodeNumberedFilm(layer, format)));
  const layers = films.map((film) => film.map((frame, i) => (i < FIRST_SENT ? [] : frame)));
  const pace = { framesPerSecond: FRAMES_PER_SECOND, clock };
  publisher = new SimulcastPublisher({ url, channel: 'ann', key, layers, ...pace });
  await publisher.publish();
  await publisher.send();
  await readHls(`${url}/hls/ann/index.m3u8`);
  const { id } = (await api<ChannelView>(url, ann, 'GET', '/channels/ann')).broadcast!;
  await publisher.end();
  const recording = () => api<RecordingView>(url, ann, 'GET', `/recordings/${id}`);
  await vi.waitUntil(async () => (await recording()).state === 'ready', LIMIT);
  for (const layer of LAYERS.keys()) {
    const file = `${url}/api/recordings/${id}/download.mp4?rendition=video-${layer}`;
    pictures['the recording'].push(await decode(layer, await fetchBytes(file)));
  }
});
afterAll(async () => {
  await publisher.end();
});

/**
 * Returns a function that computes when a frame is due in a rendition, because most frames are on
 * time.
 */
function dueS(shown: readonly Picture[]): (number: number) => number {
  const offsets = shown.map(({ number, atS }) => atS - (number ?? 0) / FRAMES_PER_SECOND);
  const middle = offsets.toSorted((a, b) => a - b)[Math.floor(offsets.length / 2)]!;
  return (number) => middle + number / FRAMES_PER_SECOND;
}

describe('three layers with rare key frames that never coincide', () => {
  it('are all in the multivariant playlist', () => {
    expect(listed.toSorted()).toEqual(['video-0', 'video-1', 'video-2']);
  });

  it('have the same segments, complete once a layer has had its first key frame', () => {
    const known = new Map(segments[0]!.map((segment) => [segment.msn, segment]));
    for (const [layer, all] of segments.entries()) {
      const joined = all.findIndex(({ gap }) => !gap);
      expect(all[joined]?.msn, `layer ${layer} joins`).toBeLessThanOrEqual(3);
      expect(all.at(-1)?.msn).toBe(segments[0]!.at(-1)?.msn);
      for (const { msn, gap, wallMs, durationS } of all.slice(joined)) {
        expect(gap).toBe(false);
        expect(known.get(msn)).toMatchObject({ wallMs, durationS });
      }
    }
  });
});

describe.each(['HLS', 'the recording'] as const)('%s of such layers', (where) => {
  it.each([0, 1, BEST])('contains each picture of layer %i once, from a key frame on', (layer) => {
    const shown = pictures[where][layer]!;
    const numbers = [...new Set(shown.map(({ number }) => number))];
    const last = numbers.at(-1)!;
    const isLost = (number: number) =>
      layer === BEST && number >= WILD.frame && number < WILD.keyAfter;
    const first = numbers[0]!;
    const sent = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    expect(numbers).toEqual(sent.filter((number) => !isLost(number)));
    const { from } = LAYERS[layer]!;
    expect((first - from) % GROUP).toBe(0);
    // The recording starts when all layers have started, and ends with the last frame.
    const isLive = where === 'HLS';
    expect(first).toBeLessThan(isLive ? from + 1 : LAYERS[BEST]!.from + GROUP);
    expect(last).toBeGreaterThan(isLive ? BACK_AT + GROUP / 2 : FRAMES - 2);
  });

  it.each([0, 1, BEST])(
    'shows each picture of layer %i on time, even when clocks jump',
    (layer) => {
      const shown = pictures[where][layer]!;
      const due = dueS(shown);
      const wrong = shown.filter(
        ({ number, atS }, i) =>
          (shown[i + 1]?.atS ?? Infinity) - atS > VISIBLE_S &&
          Math.abs(atS - due(number ?? 0)) > TOLERANCE_S,
      );
      // If a frame is missing, the layer shows its last key frame until the next key frame.
      const stands = layer === BEST ? wrong.filter(({ number }) => number === WILD.keyBefore) : [];
      expect(wrong).toEqual(stands);
      for (const { atS } of stands) {
        expect(atS).toBeGreaterThan(due(WILD.frame - 2));
        expect(atS).toBeLessThan(due(WILD.keyAfter) - 1 / FRAMES_PER_SECOND / 2);
      }
    },
  );
});
