import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { fetchRenditions, fetchSegments } from '../support/fetched-playlist.js';
import { hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { RecordedFilm } from '../support/recorded-film.js';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.close());

describe.skipIf(!hasFfmpegReaders)('the first listener to AAC', () => {
  it('has sound for each segment of the picture, without a gap', async () => {
    const film = await RecordedFilm.of(server.url, 'first-listener');
    const id = await film.send();
    await film.recorded(id, 12_000);
    const renditions = await fetchRenditions(`${server.url}/hls/first-listener/index.m3u8`);
    const urlOf = (wanted: string) => renditions.find((one) => one.id === wanted)?.url ?? '';
    const picture = await fetchSegments(urlOf('video-0'));
    const sound = await fetchSegments(urlOf('aac'));
    expect(picture.length).toBeGreaterThan(4);
    expect(sound.filter(({ gap }) => gap)).toEqual([]);
    // While the picture's playlist was read, and since, more may have come.
    const msns = new Set(sound.map(({ msn }) => msn));
    expect(picture.filter(({ msn }) => !msns.has(msn))).toEqual([]);
    await film.end();
  });
});
