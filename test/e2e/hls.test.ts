import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clockDelayMs, clockPublisherScript, clockViewerScript } from '../support/clock-picture.js';
import { Stage, WAIT } from '../support/stage.js';
import { freeRtcPort, UdpProxy } from '../support/udp-proxy.js';
import { framesAdvance, videoOf } from '../support/video.js';

let stage: Stage;
let network: UdpProxy;
beforeAll(async () => {
  const port = await freeRtcPort();
  stage = await Stage.open({ RTC_PORT: String(port), RTC_WORKERS: '1' });
  network = await UdpProxy.to(port);
});
afterEach(async ({ task }) => {
  await stage.clear(task.result?.state === 'fail');
  await network.comeBack();
});
afterAll(async () => {
  await stage?.close();
  await network?.close();
});

/** Counts the painted frames in which a video that was already visible is black. */
const BLACK_WATCH = `{
  globalThis.blackFrames = 0;
  let wasSeen = false;
  const look = () => {
    const video = document.querySelector('video');
    const cover = document.querySelector('.last-frame');
    const isEmpty = video && !video.seeking && (video.readyState < 2 || video.videoWidth === 0);
    if (video && !isEmpty) wasSeen = true;
    const isCovered = (cover && !cover.hidden) || document.querySelector('.stage:not(.stage-over)');
    if (wasSeen && isEmpty && !isCovered) globalThis.blackFrames += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

const blackFrames = (page: Page): Promise<unknown> => page.evaluate('blackFrames');

/** Waits until the page reports that it uses this protocol. */
async function watchesOver(page: Page, way: 'WebRTC' | 'HLS'): Promise<void> {
  const chip = page.locator('.delay-chip-button');
  await expect.poll(() => chip.textContent(), WAIT).toMatch(new RegExp(`^${way}`));
  await framesAdvance(page);
}

type LiveOptions = Parameters<Stage['goLive']>[1];

async function live(name: string, options: LiveOptions = {}): Promise<Page> {
  const studio = await stage.goLive(name, options);
  await expect.poll(async () => (await stage.channel(name)).broadcast?.hls, WAIT).toBe('ready');
  return studio;
}

/**
 * Returns a function that resolves with the studio of a broadcast shared by the tests of a suite.
 */
function sharedBroadcast(name: string, initScripts: string[] = []): () => Promise<Page> {
  let studio: Promise<Page> | undefined;
  afterAll(async () => (await studio)?.context().close());
  // The first test starts it.
  return () => (studio ??= live(name, { initScripts, lasting: true }));
}

/** Moves the mouse to show the controls, and presses one. */
async function press(page: Page, name: string): Promise<void> {
  await page.locator('.player').hover();
  await page.getByRole('button', { name, exact: true }).click();
}

/** Checks the latency of the visible frame, according to the clock in it. */
async function isLate(page: Page, fromMs: number, toMs: number): Promise<void> {
  const lateMs = async (): Promise<number> => (await clockDelayMs(page)) ?? Number.NaN;
  const isRight = (ms: number): boolean => ms >= fromMs && ms < toMs;
  await expect.poll(lateMs, WAIT).toSatisfy(isRight, `${fromMs} to ${toMs} ms late`);
}

describe('a broadcast', () => {
  const plain = sharedBroadcast('plain');

  describe('to a viewer whose network blocks WebRTC', () => {
    it('falls back to HLS automatically, and returns to WebRTC when that is possible again', async () => {
      await plain();
      await network.goDown();
      const viewer = await stage.visit('/plain', {
        initScripts: [network.pageScript, BLACK_WATCH],
      });
      await watchesOver(viewer, 'HLS');
      await network.comeBack();
      await watchesOver(viewer, 'WebRTC');
      expect(await blackFrames(viewer)).toBe(0);
    });

    it('continues over HLS when WebRTC is blocked later', async () => {
      await plain();
      const viewer = await stage.visit('/plain', {
        initScripts: [network.pageScript, BLACK_WATCH],
      });
      await watchesOver(viewer, 'WebRTC');
      await network.goDown();
      await watchesOver(viewer, 'HLS');
      expect(await blackFrames(viewer)).toBe(0);
    });
  });

  describe('in an embedded player', () => {
    it('waits for a click unless it is allowed to play automatically', async () => {
      await plain();
      const viewer = await stage.visit('/embed/plain?autoplay=0&mode=hls&muted');
      await viewer.getByRole('button', { name: 'Play', exact: true }).waitFor();
      expect((await videoOf(viewer)).frames).toBe(0);
      await viewer.getByRole('button', { name: 'Play', exact: true }).click();
      await watchesOver(viewer, 'HLS');
      expect(await viewer.locator('video').evaluate((video) => Reflect.get(video, 'muted'))).toBe(
        true,
      );
    });

    it('stays with WebRTC if the URL requires it', async () => {
      await plain();
      const viewer = await stage.visit('/embed/plain?mode=webrtc');
      await watchesOver(viewer, 'WebRTC');
      expect(await viewer.getByRole('slider', { name: 'Seek' }).count()).toBe(0);
    });
  });

  it('has the resolution that a viewer selects', async () => {
    await plain();
    const viewer = await stage.visit('/plain?mode=hls');
    await watchesOver(viewer, 'HLS');
    await press(viewer, 'Quality');
    await viewer.getByRole('menuitemradio').last().click();
    await expect.poll(async () => (await videoOf(viewer)).height, WAIT).toBe(180);
    await press(viewer, 'Quality');
    await viewer.getByRole('menuitemradio').nth(1).click();
    await expect.poll(async () => (await videoOf(viewer)).height, WAIT).toBe(720);
    await framesAdvance(viewer);
  });
});

/** The button that the broadcaster presses, and its name afterwards. */
const SWITCHES = [
  ['Stop camera', 'Start camera'],
  ['Start camera', 'Stop camera'],
  ['Mute microphone', 'Unmute microphone'],
  ['Unmute microphone', 'Mute microphone'],
] as const;

describe('a broadcast of a clock', () => {
  const clock = sharedBroadcast('clock', [clockPublisherScript()]);

  describe('to a viewer who rewinds', () => {
    it('starts with a pause, and playback resumes from that position', async () => {
      await clock();
      const viewer = await stage.visit('/clock?mode=hls', { initScripts: [clockViewerScript] });
      await watchesOver(viewer, 'HLS');
      await press(viewer, 'Pause');
      const { time } = await videoOf(viewer);
      await expect
        .poll(async () => (await stage.channel('clock')).broadcast !== null, WAIT)
        .toBe(true);
      await expect
        .poll(() => viewer.locator('.controls-behind').textContent(), WAIT)
        .toMatch(/0:0[7-9]|0:1/);
      expect((await videoOf(viewer)).time).toBe(time);
      await press(viewer, 'Play');
      await isLate(viewer, 6_000, 60_000);
      await viewer.keyboard.press('l');
      await isLate(viewer, 0, 3_000);
    });

    it('shows the past over HLS, and "Go to live" returns to WebRTC', async () => {
      await clock();
      const viewer = await stage.visit('/clock', {
        initScripts: [clockViewerScript, BLACK_WATCH],
      });
      await watchesOver(viewer, 'WebRTC');
      const bar = viewer.getByRole('slider', { name: 'Seek' });
      await expect.poll(async () => Number(await bar.getAttribute('min')), WAIT).toBeLessThan(-15);
      await bar.fill('-12');
      await watchesOver(viewer, 'HLS');
      await isLate(viewer, 9_000, 17_000);
      await press(viewer, 'Go to live');
      await isLate(viewer, 0, 3_000);
      await watchesOver(viewer, 'WebRTC');
      expect(await blackFrames(viewer)).toBe(0);
    });
  });

  it('is seen and heard over HLS, no matter which source the broadcaster switches to', async () => {
    const studio = await clock();
    const viewer = await stage.visit('/clock?mode=hls', { initScripts: [clockViewerScript] });
    await watchesOver(viewer, 'HLS');
    for (const [name, then] of SWITCHES) {
      await studio.getByRole('button', { name, exact: true }).click();
      await studio.getByRole('button', { name: then, exact: true }).waitFor();
      await framesAdvance(viewer, 5);
    }
    await studio.getByRole('button', { name: 'Share screen' }).click();
    await expect.poll(() => viewer.evaluate('clockPicture.readings.at(-1)?.source'), WAIT).toBe(2);
    await isLate(viewer, 0, 3_000);
  });
});

describe('a viewer who selects HLS', () => {
  it('continues when the broadcaster returns, and when the server does', async () => {
    const studio = await live('back');
    const viewer = await stage.visit('/back?mode=hls', { initScripts: [BLACK_WATCH] });
    await watchesOver(viewer, 'HLS');
    studio.on('dialog', (dialog) => void dialog.accept());
    await studio.reload();
    await stage.isInState('back', 'interrupted');
    await viewer
      .getByText(/reconnecting/i)
      .first()
      .waitFor();
    await studio.getByRole('button', { name: 'Resume broadcast' }).click();
    await stage.isInState('back', 'live');
    await watchesOver(viewer, 'HLS');
    expect(await blackFrames(viewer)).toBe(0);
    await stage.server.kill('SIGKILL');
    await stage.server.start();
    await stage.isInState('back', 'live');
    await watchesOver(viewer, 'HLS');
  });
});
