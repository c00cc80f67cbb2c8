import { describe, expect } from 'vitest';
import {
  type FetchedSegment,
  fetchRenditions,
  fetchSegments,
} from '../support/fetched-playlist.js';
import { hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { serverTest } from '../support/fixtures/server.js';

const it = serverTest();

describe.skipIf(!hasFfmpegReaders)('the first listener to AAC', () => {
  it('gets audio for each video segment, without a gap', async ({ server }) => {
    const film = await RecordedFilm.of(server.url, 'first-listener');
    const id = await film.send();
    await film.recorded(id, 12_000);
    const renditions = await fetchRenditions(`${server.url}/hls/first-listener/index.m3u8`);
    const urlOf = (wanted: string) => renditions.find((one) => one.id === wanted)?.url ?? '';
    const picture = await fetchSegments(urlOf('video-0'));
    expect(picture.length).toBeGreaterThan(4);
    const newest = picture.at(-1)!.msn;
    // An AAC segment is complete a little later than the video segment.
    let sound: FetchedSegment[] = [];
    const newestSound = async () => {
      sound = await fetchSegments(urlOf('aac'));
      return sound.at(-1)?.msn ?? -1;
    };
    await expect.poll(newestSound, { timeout: 60_000 }).toBeGreaterThanOrEqual(newest);
    expect(sound.filter(({ gap }) => gap)).toEqual([]);
    const msns = new Set(sound.map(({ msn }) => msn));
    expect(picture.filter(({ msn }) => !msns.has(msn))).toEqual([]);
    await film.end();
  });
});
