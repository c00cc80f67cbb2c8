import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { serveBarePage } from '../support/bare-page.js';
import { complaintsOf, playIn } from '../support/hls-js-page.js';
import type { LocalServer } from '../support/local-server.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { Stage, WAIT } from '../support/stage.js';
import { framesAdvance, videoOf } from '../support/video.js';

const CHANNEL = 'b-frames';
const FRAMES_PER_SECOND = 30;
const WATCHED_S = 8;

let stage: Stage;
let site: LocalServer;
let film: RecordedFilm;
beforeAll(async () => {
  stage = await Stage.open({ RTC_WORKERS: '1' });
  site = await serveBarePage('hls.js');
  film = await RecordedFilm.of(stage.server.url, CHANNEL, {
    film: { video: 'h264', audio: true, profile: 'high', bFrames: true, size: '320x180' },
  });
  await film.send();
  await vi.waitUntil(async () => (await stage.channel(CHANNEL)).broadcast?.hls === 'ready', WAIT);
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await film?.end();
  await stage?.close();
  await site?.close();
});

/** Returns the number of separate ranges that the page's video has buffered. */
const rangesIn = (page: Page): Promise<number> =>
  page.locator('video').evaluate((video) => Reflect.get(video, 'buffered').length as number);

describe('a broadcast with B-frames', () => {
  it('is played by hls.js frame by frame, without gaps', async () => {
    const viewer = await stage.visit('/', { url: site.url });
    await playIn(viewer, `${stage.server.url}/hls/${CHANNEL}/index.m3u8`);
    await framesAdvance(viewer);
    const begin = await videoOf(viewer);
    const played = async () => (await videoOf(viewer)).time - begin.time;
    await expect.poll(played, WAIT).toBeGreaterThan(WATCHED_S);
    const end = await videoOf(viewer);
    const expected = (end.time - begin.time) * FRAMES_PER_SECOND;
    // A busy browser skips frames, but without the offsets of B-frames only a tenth would be shown.
    expect(end.frames - begin.frames).toBeGreaterThan(expected / 2);
    expect(await rangesIn(viewer)).toBe(1);
    expect((await complaintsOf(viewer)).filter(({ fatal }) => fatal)).toEqual([]);
  });

  it('is watched over HLS on its page, because WebRTC shows only some frames', async () => {
    const { broadcast } = await stage.channel(CHANNEL);
    expect(broadcast?.webrtc).toBe('unavailable');
    const viewer = await stage.visit(`/${CHANNEL}`);
    const chip = viewer.locator('.delay-chip-button');
    await expect.poll(() => chip.textContent(), WAIT).toMatch(/^HLS/);
    await framesAdvance(viewer);
    expect(await chip.textContent()).toMatch(/^HLS/);
  });
});
