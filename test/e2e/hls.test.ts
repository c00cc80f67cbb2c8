import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clockDelayMs, clockPublisherScript, clockViewerScript } from '../support/clock-picture.js';
import { delayPairs, medianError } from '../support/shown-delay.js';
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

/** Looks at each picture that is painted: whether a video that was seen has gone black. */
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

/** Waits until the page says that it watches this way. */
async function watchesOver(page: Page, way: 'WebRTC' | 'HLS'): Promise<void> {
  const chip = page.locator('.delay-chip-button');
  await expect.poll(() => chip.textContent(), WAIT).toMatch(new RegExp(`^${way}`));
  await framesAdvance(page);
}

async function live(name: string, initScripts: string[] = []): Promise<Page> {
  const studio = await stage.goLive(name, { initScripts });
  await expect.poll(async () => (await stage.channel(name)).broadcast?.hls, WAIT).toBe('ready');
  return studio;
}

/** Moves the mouse, so that the controls are there, and presses one. */
async function press(page: Page, name: string): Promise<void> {
  await page.locator('.player').hover();
  await page.getByRole('button', { name, exact: true }).click();
}

/** How late the picture is that is on the screen, by the clock in it. */
async function isLate(page: Page, fromMs: number, toMs: number): Promise<void> {
  const lateMs = async (): Promise<number> => (await clockDelayMs(page)) ?? Number.NaN;
  const isRight = (ms: number): boolean => ms >= fromMs && ms < toMs;
  await expect.poll(lateMs, WAIT).toSatisfy(isRight, `${fromMs} to ${toMs} ms late`);
}

describe('a viewer whose network lets no WebRTC through', () => {
  it('watches over HLS by itself, and over WebRTC when that comes through again', async () => {
    await live('walled');
    await network.goDown();
    const viewer = await stage.visit('/walled', {
      initScripts: [network.pageScript, BLACK_WATCH],
    });
    await watchesOver(viewer, 'HLS');
    await network.comeBack();
    await watchesOver(viewer, 'WebRTC');
    expect(await blackFrames(viewer)).toBe(0);
  });

  it('goes on over HLS when WebRTC stops coming through', async () => {
    await live('frozen');
    const viewer = await stage.visit('/frozen', {
      initScripts: [network.pageScript, BLACK_WATCH],
    });
    await watchesOver(viewer, 'WebRTC');
    await network.goDown();
    await watchesOver(viewer, 'HLS');
    expect(await blackFrames(viewer)).toBe(0);
  });
});

/** What the broadcaster presses, and what the button is called then. */
const SWITCHES = [
  ['Stop camera', 'Start camera'],
  ['Start camera', 'Stop camera'],
  ['Mute microphone', 'Unmute microphone'],
  ['Unmute microphone', 'Mute microphone'],
] as const;

describe('a viewer who asks for HLS', () => {
  it('sees what happens now, less than 3 s late, and the delay that the page says', async () => {
    await live('clock', [clockPublisherScript()]);
    const viewer = await stage.visit('/clock?mode=hls', { initScripts: [clockViewerScript] });
    await watchesOver(viewer, 'HLS');
    const pairs = await delayPairs(viewer, 10);
    expect(Math.abs(medianError(pairs))).toBeLessThan(100);
    const settled = pairs.slice(4).map(({ trueMs }) => trueMs);
    expect(Math.max(...settled)).toBeLessThan(3_000);
    expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(500);
  });

  it('chooses the size of the picture', async () => {
    await live('sizes');
    const viewer = await stage.visit('/sizes?mode=hls');
    await watchesOver(viewer, 'HLS');
    await press(viewer, 'Quality');
    await viewer.getByRole('menuitemradio').last().click();
    await expect.poll(async () => (await videoOf(viewer)).height, WAIT).toBe(180);
    await press(viewer, 'Quality');
    await viewer.getByRole('menuitemradio').nth(1).click();
    await expect.poll(async () => (await videoOf(viewer)).height, WAIT).toBe(720);
    await framesAdvance(viewer);
  });

  it('goes on when the broadcaster is back, and when the server is', async () => {
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

  it('sees and hears what the broadcaster switches to', async () => {
    const studio = await live('switch', [clockPublisherScript()]);
    const viewer = await stage.visit('/switch?mode=hls', { initScripts: [clockViewerScript] });
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

describe('going back in time', () => {
  it('shows what was over HLS, and "Go to live" what is, over WebRTC again', async () => {
    await live('rewind', [clockPublisherScript()]);
    const viewer = await stage.visit('/rewind', {
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

  it('is what pausing does, and playing on goes on from there', async () => {
    await live('pause', [clockPublisherScript()]);
    const viewer = await stage.visit('/pause?mode=hls', { initScripts: [clockViewerScript] });
    await watchesOver(viewer, 'HLS');
    await press(viewer, 'Pause');
    const { time } = await videoOf(viewer);
    await expect
      .poll(async () => (await stage.channel('pause')).broadcast !== null, WAIT)
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
});

describe('an embedded player', () => {
  it('waits for a press where it is not to play by itself', async () => {
    await live('framed');
    const viewer = await stage.visit('/embed/framed?autoplay=0&mode=hls&muted');
    await viewer.getByRole('button', { name: 'Play', exact: true }).waitFor();
    expect((await videoOf(viewer)).frames).toBe(0);
    await viewer.getByRole('button', { name: 'Play', exact: true }).click();
    await watchesOver(viewer, 'HLS');
    expect(await viewer.locator('video').evaluate((video) => Reflect.get(video, 'muted'))).toBe(
      true,
    );
  });

  it('keeps to WebRTC where the address says so', async () => {
    await live('only');
    const viewer = await stage.visit('/embed/only?mode=webrtc');
    await watchesOver(viewer, 'WebRTC');
    expect(await viewer.getByRole('slider', { name: 'Seek' }).count()).toBe(0);
  });
});
