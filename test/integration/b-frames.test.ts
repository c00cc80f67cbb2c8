import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PackagedFragment } from '../../src/media/mp4/packaged-fragment.js';
import { readFragments } from '../../src/media/mp4/read-fragments.js';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { ClipView } from '../../src/protocol/clip.js';
import type { IngestView } from '../../src/protocol/ingest.js';
import type { RecordingView } from '../../src/protocol/recording.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { fetchBytes, fetchLiveSegments, fetchSegments } from '../support/fetched-playlist.js';
import { playWithFfmpeg, probeBytes, type ReadPacket } from '../support/ffmpeg-reader.js';
import { beepsLateS, onsetsOf } from '../support/flashes.js';
import { api } from '../support/people.js';
import { RecordedFilm } from '../support/recorded-film.js';

const SECONDS = 10;
const FRAME_TICKS = 3_000;
/** Clocks are corrected in steps of a millisecond, and packets' times are rounded. */
const UNEVEN_TICKS = 270;
const SYNC_S = 0.015;

type Sample = Readonly<{ decodedTicks: number; shownTicks: number; isKey: boolean }>;

let server: TestApp;
let film: RecordedFilm;
let recording: RecordingView;
let live: Sample[][];
let view: BroadcastView | null;
let ingest: IngestView;

function samplesOf(fragments: readonly PackagedFragment[]): Sample[] {
  return fragments.flatMap(({ baseTicks, durationsTicks, compositionsTicks, keys }) => {
    let decodedTicks = baseTicks;
    return durationsTicks.map((ticks, index) => {
      const shownTicks = decodedTicks + (compositionsTicks?.[index] ?? 0);
      const sample = { decodedTicks, shownTicks, isKey: keys.includes(index) };
      decodedTicks += ticks;
      return sample;
    });
  });
}

/** Checks that a frame is shown every 33 ms, no matter when it is decoded. */
function expectEveryPicture(shown: readonly number[], ticks = FRAME_TICKS): void {
  const inOrder = shown.toSorted((a, b) => a - b);
  const steps = inOrder.slice(1).map((time, index) => time - inOrder[index]!);
  const tolerance = (UNEVEN_TICKS * ticks) / FRAME_TICKS;
  expect(steps.filter((step) => Math.abs(step - ticks) > tolerance)).toEqual([]);
}

function expectReordered(packets: readonly ReadPacket[]): void {
  expect(packets.some(({ pts }, index) => index > 0 && pts < packets[index - 1]!.pts)).toBe(true);
  const decoded = packets.map(({ dts }) => dts);
  expect(decoded).toEqual([...new Set(decoded)].toSorted((a, b) => a - b));
}

beforeAll(async () => {
  server = await startTestApp();
  film = await RecordedFilm.of(server.url, 'b-frames', {
    film: { video: 'h264', audio: true, profile: 'high', bFrames: true, flashes: true },
  });
  const id = await film.send();
  await film.recorded(id, SECONDS * 1_000);
  const segments = await fetchLiveSegments(server.url, 'b-frames');
  live = await Promise.all(
    segments.map(async ({ url }) => samplesOf(readFragments(await fetchBytes(url)))),
  );
  const about = <View>(path: string) => api<View>(server.url, film.owner, 'GET', path);
  ({ broadcast: view } = await about<ChannelView>('/channels/b-frames'));
  ingest = await about<IngestView>('/channels/b-frames/ingest');
  await film.end();
  recording = await film.finished(id);
});
afterAll(() => server?.close());

describe('a broadcast with B-frames over WHIP', () => {
  it('is packaged with every picture, in decoding order', () => {
    const samples = live.flat();
    expect(samples.length).toBeGreaterThan((SECONDS - 2) * 30);
    expectEveryPicture(samples.map(({ shownTicks }) => shownTicks));
    expectEveryPicture(samples.map(({ decodedTicks }) => decodedTicks));
    expect(samples.some(({ shownTicks, decodedTicks }) => shownTicks < decodedTicks)).toBe(true);
  });

  it('is reported as one that browsers can’t show over WebRTC', () => {
    expect(view).toMatchObject({ hls: 'ready', webrtc: 'unavailable' });
    expect(ingest.warnings.map(({ code }) => code)).toEqual(['b_frames']);
  });

  it('has segments that begin with a key frame, at the time when it is shown', () => {
    for (const [first] of live) {
      expect(first!.isKey).toBe(true);
      expect(first!.shownTicks).toBe(first!.decodedTicks);
    }
  });

  it('is decoded by FFmpeg from the recording’s playlist without an error', async () => {
    const playlist = `${server.url}${recording.playlistPath}`;
    await playWithFfmpeg(playlist, { from: 'rewind', seconds: 3_600 });
    const { flashesS } = await onsetsOf(playlist);
    expect(flashesS.length).toBeGreaterThanOrEqual(SECONDS - 3);
    const steps = flashesS.slice(1).map((atS, index) => atS - flashesS[index]!);
    expect(steps.filter((step) => Math.abs(step - 1) >= SYNC_S)).toEqual([]);
  });

  it('is downloaded as one MP4 with every picture, audio and video in sync', async () => {
    const url = `${server.url}${recording.downloadPath}`;
    const [video] = await probeBytes(await fetchBytes(url));
    expectReordered(video!.packets);
    expectEveryPicture(video!.packets.map(({ pts }) => pts));
    expect(video!.packets.length).toBeGreaterThan((SECONDS - 1) * 30);
    await playWithFfmpeg(url, { from: 'live', seconds: 3_600 });
    const late = beepsLateS(await onsetsOf(url));
    expect(late.length).toBeGreaterThanOrEqual(SECONDS - 3);
    expect(late.filter((one) => Math.abs(one) >= SYNC_S)).toEqual([]);
  });

  it('can be clipped', async () => {
    const path = `/recordings/${recording.id}/clips`;
    const body = { startMs: 3_000, durationMs: 4_000, title: 'A moment' };
    const clip = await api<ClipView>(server.url, film.owner, 'POST', path, body);
    const playlist = new URL('video-0.m3u8', `${server.url}${clip.playlistPath}`).href;
    const segments = await fetchSegments(playlist);
    const samples = await Promise.all(
      segments.map(async ({ url }) => samplesOf(readFragments(await fetchBytes(url)))),
    );
    expect(samples[0]![0]!.isKey).toBe(true);
    expectEveryPicture(samples.flat().map(({ shownTicks }) => shownTicks));
    expect(samples.flat().length).toBeGreaterThanOrEqual(4 * 30);
    const index = `${server.url}${clip.playlistPath}`;
    await playWithFfmpeg(index, { from: 'rewind', seconds: 3_600 });
  });
});
