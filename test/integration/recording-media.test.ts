import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingView } from '../../src/protocol/recording.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { decoded, playWithFfmpeg, probeBytes } from '../support/ffmpeg-reader.js';
import { beepsLateS, onsetsOf } from '../support/flashes.js';
import { RecordedFilm } from '../support/recorded-film.js';

const SECONDS = 12;
const SEGMENT_S = 2;
const SYNC_S = 0.01;

let server: TestApp;
let folder: string;
let recording: RecordingView;
/** The minimum and maximum duration of the broadcast, in milliseconds. */
let lastedMs = 0;
let atMostMs = 0;
/**
 * The CPU time that this process, in which everything except FFmpeg runs, spends on the live
 * broadcast, and then on finishing the recording.
 */
let liveCpuMs = 0;
let finishCpuMs = 0;
const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** Requests the download or part of it. */
const download = (headers: Record<string, string> = {}) =>
  fetch(`${server.url}${recording.downloadPath}`, { headers });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-recording-'));
  server = await startTestApp();
  const film = await RecordedFilm.of(server.url, 'flashes', {
    film: { video: 'h264', audio: true, flashes: true },
  });
  const beforeMs = performance.now();
  const beforeCpu = process.cpuUsage();
  const id = await film.send();
  const liveMs = performance.now();
  await film.recorded(id, SECONDS * 1_000);
  lastedMs = performance.now() - liveMs;
  await film.end();
  atMostMs = performance.now() - beforeMs;
  liveCpuMs = cpuMsSince(beforeCpu);
  const endCpu = process.cpuUsage();
  recording = await film.finished(id);
  finishCpuMs = cpuMsSince(endCpu);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a recording of a real broadcast', () => {
  it('is finished with a fraction of the work that the broadcast caused', () => {
    expect(finishCpuMs).toBeLessThan(liveCpuMs / 3);
  });

  it('is as long as the broadcast, within one segment', () => {
    expect(recording.durationMs).toBeGreaterThan(lastedMs - SEGMENT_S * 1_000);
    expect(recording.durationMs).toBeLessThan(atMostMs);
    expect(recording).toMatchObject({ state: 'ready', problem: null });
    expect(recording.spans).toHaveLength(1);
  });

  it('has compressed playlists', async () => {
    const index = await fetch(`${server.url}${recording.playlistPath}`);
    expect(index.headers.get('content-encoding')).toBe('gzip');
    expect(await index.text()).toContain('#EXT-X-STREAM-INF');
    const plain = await fetch(`${server.url}${recording.playlistPath}`, {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is decoded by FFmpeg from its playlist without an error, audio and video in sync', async () => {
    const playlist = `${server.url}${recording.playlistPath}`;
    await playWithFfmpeg(playlist, { from: 'rewind', seconds: 3_600 });
    const late = beepsLateS(await onsetsOf(playlist));
    expect(late.length).toBeGreaterThanOrEqual(SECONDS - 3);
    expect(late.filter((one) => Math.abs(one) >= SYNC_S)).toEqual([]);
  });

  it('is decoded as one MP4 without an error, audio and video in sync', async () => {
    const file = join(folder, 'recording.mp4');
    const bytes = await bytesOf(await download());
    await writeFile(file, bytes);
    await playWithFfmpeg(file, { from: 'live', seconds: 3_600 });
    const streams = await probeBytes(bytes);
    expect(streams.map(({ codec }) => codec)).toEqual(['h264', 'opus']);
    for (const { packets, timescale } of streams) {
      const [first, last] = [packets[0]!, packets.at(-1)!];
      const lengthMs = ((last.pts + (last.duration ?? 0) - first.pts) / timescale) * 1_000;
      expect(Math.abs(lengthMs - recording.durationMs)).toBeLessThan(100);
    }
    const late = beepsLateS(await onsetsOf(file));
    expect(late.length).toBeGreaterThanOrEqual(SECONDS - 3);
    expect(late.filter((one) => Math.abs(one) >= SYNC_S)).toEqual([]);
  });
});

/** Decodes a rendition's audio to mono samples at 48 kHz. */
async function soundOf(rendition: string): Promise<Float32Array> {
  const url = new URL(`${rendition}.m3u8`, `${server.url}${recording.playlistPath}`);
  const pcm = await decoded(['-i', url.href, '-ac', '1', '-ar', '48000', '-f', 'f32le', '-']);
  return new Float32Array(new Uint8Array(pcm).buffer);
}

/** Returns the RMS of the difference between two sounds in a range, and that of the first sound. */
function strengths(a: Float32Array, b: Float32Array, from: number, to: number) {
  let [noise, signal] = [0, 0];
  for (let i = from; i < to; i += 1) {
    noise += (a[i]! - b[i]!) ** 2;
    signal += a[i]! ** 2;
  }
  return { noise: Math.sqrt(noise / (to - from)), signal: Math.sqrt(signal / (to - from)) };
}

describe('the AAC of a recording', () => {
  it('matches its Opus, even between segments that were encoded separately', async () => {
    const playlist = new URL('aac.m3u8', `${server.url}${recording.playlistPath}`);
    const text = await (await fetch(playlist)).text();
    const uris = text.match(/^[^#\n].*\.m4s$/gm) ?? [];
    expect(uris.length).toBeGreaterThan(4);
    // The last segment is requested first, so that none can build on an earlier one.
    for (const uri of uris.toReversed()) {
      const response = await fetch(new URL(uri, playlist));
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'audio/mp4']);
      await response.arrayBuffer();
    }
    const [opus, aac] = [await soundOf('opus'), await soundOf('aac')];
    expect(Math.abs(opus.length - aac.length)).toBeLessThan(2_048);
    const shared = Math.min(opus.length, aac.length);
    const { noise, signal } = strengths(opus, aac, 4_800, shared - 4_800);
    expect(signal).toBeGreaterThan(0.01);
    expect(noise).toBeLessThan(signal / 40);
    for (let at = SEGMENT_S * 48_000; at < shared - 4_800; at += SEGMENT_S * 48_000)
      // The tolerance is a little higher here, because decoders differ where silence was inserted
      // to correct the clock.
      expect(strengths(opus, aac, at - 2_400, at + 2_400).noise).toBeLessThan(signal / 30);
  });

  it('is listed for players without Opus in MP4', async () => {
    const index = await (await fetch(`${server.url}${recording.playlistPath}`)).text();
    expect(index).toMatch(/CODECS="avc1\.\w+,mp4a\.40\.2",.*AUDIO="aac"/);
    const nothing = new URL('aaaaaaaaaaaaaaaa/aac/0.m4s', `${server.url}${recording.playlistPath}`);
    expect((await fetch(nothing)).status).toBe(404);
  });
});

describe('a download', () => {
  it('has its declared length, and its ranges match the whole', async () => {
    const response = await download();
    expect(response.headers.get('content-type')).toBe('video/mp4');
    expect(response.headers.get('content-disposition')).toMatch(/filename="flashes-[\d-]+\.mp4"/);
    const whole = await bytesOf(response);
    expect(Number(response.headers.get('content-length'))).toBe(whole.length);
    const etag = response.headers.get('etag')!;
    for (const [first, last] of [
      [0, 0],
      [0, whole.length - 1],
      [7, 4_000],
      [Math.floor(whole.length / 3), Math.floor(whole.length / 2)],
      [whole.length - 10, whole.length - 1],
    ] as const) {
      const part = await download({ range: `bytes=${first}-${last}`, 'if-range': etag });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${first}-${last}/${whole.length}`);
      expect((await bytesOf(part)).equals(whole.subarray(first, last + 1))).toBe(true);
    }
    const head = await fetch(`${server.url}${recording.downloadPath}`, { method: 'HEAD' });
    expect([head.status, Number(head.headers.get('content-length'))]).toEqual([200, whole.length]);
    expect((await download({ range: `bytes=${whole.length}-` })).status).toBe(416);
    expect((await download({ 'if-none-match': etag })).status).toBe(304);
  });

  it('starts with its index, and is little larger than the segments', async () => {
    const whole = await bytesOf(await download());
    expect(whole.subarray(4, 8).toString()).toBe('ftyp');
    expect(whole.subarray(0, 100).includes('moov')).toBe(true);
    expect(whole.length).toBeLessThan(recording.bytes * 1.05);
  });

  it('contains an existing rendition', async () => {
    const { url } = server;
    const of = (name: string) => fetch(`${url}${recording.downloadPath}?rendition=${name}`);
    expect((await of('video-0')).status).toBe(200);
    expect((await of('video-7')).status).toBe(404);
    expect((await of('opus')).status).toBe(400);
  });
});
