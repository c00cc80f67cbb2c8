import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveBuiltPage } from '../support/built-page.js';
import { hide, launchThrottlingChromium } from '../support/hiding-browser.js';
import type { LocalServer } from '../support/local-server.js';
import { type Frames, MixPage, SCENE } from '../support/mix-page.js';
import { playedFilm } from '../support/played-film.js';
import { WAIT } from '../support/stage.js';

let server: LocalServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    serveBuiltPage('stage-mix.js'),
    launchThrottlingChromium(),
  ]);
});
beforeEach(async () => {
  page = await browser.newPage();
  await page.goto(server.url);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('a mix in a hidden tab', () => {
  it('keeps its frame rate, videos and sound while the page’s timers are throttled', async () => {
    const mix = await MixPage.open(page, 'wide');
    await mix.lab('showCamera', 'ann');
    await mix.lab('hum', 'ann', 440);
    await mix.call('setTiles', [{ participant: 'ann', kind: 'camera', name: 'Ann' }]);
    await mix.call('setScene', { ...SCENE, layout: 'solo' });
    await mix.sounds([440]);
    await hide(page);
    const ticks = () => mix.lab<number>('countTimerTicks', 3_000);
    await expect.poll(ticks, WAIT).toBeLessThan(5);
    // A busy machine sometimes loses frames, but a throttled mix never reaches its frame rate.
    const frames = () => mix.lab<Frames>('countFrames', 3_000);
    await expect.poll(async () => (await frames()).perSecond, WAIT).toBeGreaterThanOrEqual(25);
    await expect.poll(async () => (await frames()).changesPerSecond, WAIT).toBeGreaterThan(15);
    await mix.sounds([440]);
    // The scene can still be changed, and someone else can speak.
    await mix.call('setScene', { ...SCENE, fullscreen: SCENE.id });
    await mix.looksLike([[640, 360, 'background']]);
    await mix.lab('hum', 'bob', 660);
    await mix.call('setMuted', 'ann', true);
    await mix.sounds([660], [440]);
    expect(await frames()).toMatchObject({ hidden: true });
  });

  it('plays a video file at its frame rate and with its sound', async () => {
    const film = await playedFilm('testsrc', { toneHz: 520, seconds: 4 });
    const mix = await MixPage.open(page, 'wide');
    await mix.call('setTiles', [{ participant: 'file', kind: 'screen', name: 'Film' }]);
    await mix.call('setScene', { ...SCENE, layout: 'solo' });
    await mix.lab('playFile', film.toString('base64'), 'video/webm');
    await hide(page);
    const frames = () => mix.lab<Frames>('countFrames', 3_000);
    await expect.poll(async () => (await frames()).changesPerSecond, WAIT).toBeGreaterThan(15);
    await mix.sounds([520]);
    expect(await frames()).toMatchObject({ hidden: true });
  });
});
