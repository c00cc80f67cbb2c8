import { describe, expect } from 'vitest';
import {
  fetchBytes,
  fetchRenditions,
  fetchSegments,
  type FetchedSegment,
} from '../support/fetched-playlist.js';
import { decoded, EVERY_FRAME, hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { ffmpeg } from '../support/ffmpeg.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { serverTest } from '../support/fixtures/server.js';

const it = serverTest();

/** The size to which frames are scaled for comparison. */
const [WIDTH, HEIGHT] = [64, 36];
const SCALED = `scale=${WIDTH}:${HEIGHT}:flags=area,format=gray`;
const SMALL_GREY = ['-map', '0:v', ...EVERY_FRAME, '-vf', SCALED, '-f', 'rawvideo', 'pipe:1'];
/**
 * The maximum difference between the values (0 to 255) of equal frames, because scaling rounds
 * them.
 */
const SAME = 3;

/** Returns the video segments from before and after a video's size changes. */
async function segmentsOf(url: string): Promise<[FetchedSegment[], FetchedSegment[]]> {
  const segments = await fetchSegments(url);
  const [first] = segments;
  return [
    segments.filter(({ initUrl }) => initUrl === first?.initUrl),
    segments.filter(({ initUrl }) => initUrl !== first?.initUrl),
  ];
}

/** Decodes the segments of one size with their own init section. */
async function picturesOf(segments: readonly FetchedSegment[]): Promise<Buffer> {
  const urls = [segments[0]?.initUrl ?? '', ...segments.map(({ url }) => url)];
  const bytes = await Promise.all(urls.map((url) => fetchBytes(url)));
  return ffmpeg(['-i', 'pipe:0', ...SMALL_GREY], Buffer.concat(bytes));
}

/** Returns how many frames decoded from a playlist differ from those decoded from its segments. */
async function wrongPictures(url: string): Promise<{ total: number; wrong: number[] }> {
  const parts = await segmentsOf(url);
  expect(parts.every(({ length }) => length > 1)).toBe(true);
  const right = Buffer.concat(await Promise.all(parts.map((part) => picturesOf(part))));
  const seen = await decoded(['-live_start_index', '0', '-i', url, ...SMALL_GREY]);
  expect(seen.length).toBe(right.length);
  const size = WIDTH * HEIGHT;
  const wrong: number[] = [];
  for (let picture = 0; picture * size < right.length; picture += 1) {
    let off = 0;
    for (let at = picture * size; at < (picture + 1) * size; at += 1)
      off += Math.abs((right[at] ?? 0) - (seen[at] ?? 0));
    if (off / size > SAME) wrong.push(picture);
  }
  return { total: right.length / size, wrong };
}

describe.skipIf(!hasFfmpegReaders)('a publisher that returns with another resolution', () => {
  it.for(['640x360', '320x180'] as const)(
    'is decoded correctly by FFmpeg from the first picture, starting with %s',
    async (size, { server }) => {
      const other = size === '640x360' ? '320x180' : '640x360';
      const film = await RecordedFilm.of(server.url, `begins-${size}`);
      const id = await film.send({ video: 'h264', audio: true, size });
      await film.recorded(id, 4_000);
      await film.lose();
      await film.send({ video: 'h264', audio: true, size: other });
      const before = (await film.recording(id)).durationMs;
      await film.recorded(id, before + 4_000);
      await film.end();
      const live = `${server.url}/hls/${film.channel}/index.m3u8`;
      const recorded = `${server.url}${(await film.finished(id)).playlistPath}`;
      for (const playlist of [live, recorded]) {
        const picture = (await fetchRenditions(playlist)).find((one) => one.id === 'video-0');
        const { total, wrong } = await wrongPictures(picture?.url ?? '');
        expect(wrong).toEqual([]);
        expect(total).toBeGreaterThan(200);
      }
    },
  );
});
