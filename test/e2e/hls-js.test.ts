import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clockPublisherScript } from '../support/clock-picture.js';
import { serveBarePage } from '../support/bare-page.js';
import { type Complaint, complaintsOf, playIn } from '../support/hls-js-page.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Stage, WAIT } from '../support/stage.js';
import { freeRtcPort, UdpProxy } from '../support/udp-proxy.js';
import { framesAdvance, videoOf } from '../support/video.js';
import { isLongWatch, watchSeconds } from '../support/watch-seconds.js';
import type { LocalServer } from '../support/local-server.js';

/**
 * The size is small so that the browser doesn't drop a layer for lack of CPU, since the test is
 * about packet loss.
 */
const PICTURE = { width: 640, height: 360, framesPerSecond: 15 };

/** The duration before the publisher is lost, which is longer than a player's buffer. */
const SEEN_BEFORE_S = 6;

let stage: Stage;
let network: UdpProxy;
let site: LocalServer;
beforeAll(async () => {
  const port = await freeRtcPort();
  stage = await Stage.open({ RTC_PORT: String(port), RTC_WORKERS: '1' });
  network = await UdpProxy.to(port, { upPercent: 3 });
  site = await serveBarePage('hls.js');
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await stage?.close();
  await network?.close();
  await site?.close();
});

/** The errors that a busy machine causes: with one second of buffer, its browser stalls. */
const RUN_DRY = new Set(['bufferStalledError', 'bufferNudgeOnStall', 'levelLoadTimeOut']);

/**
 * Returns the errors that hls.js must not report: all of them in a long run, otherwise those that a
 * busy machine can't cause.
 */
async function graveComplaints(viewer: Page): Promise<Complaint[]> {
  const all = await complaintsOf(viewer);
  return all.filter(({ fatal, details }) => isLongWatch || fatal || !RUN_DRY.has(details));
}

/** Goes live with these options, and starts to watch. */
async function watch(name: string, studioOptions: Parameters<Stage['goLive']>[1]): Promise<Page> {
  await stage.goLive(name, studioOptions);
  await expect.poll(async () => (await stage.channel(name)).broadcast?.hls, WAIT).toBe('ready');
  const viewer = await stage.visit('/', { url: site.url });
  await playIn(viewer, `${stage.server.url}/hls/${name}/index.m3u8`);
  await framesAdvance(viewer);
  return viewer;
}

describe('hls.js on another site', () => {
  it(
    'reports no error while the publisher loses 3% of its packets',
    async () => {
      const initScripts = [network.pageScript, clockPublisherScript(PICTURE)];
      const viewer = await watch('lossy', { initScripts });
      const { time: begin } = await videoOf(viewer);
      const watchedEnough = async () => (await videoOf(viewer)).time - begin >= watchSeconds;
      await expect
        .poll(async () => (await graveComplaints(viewer)).length > 0 || (await watchedEnough()), {
          timeout: watchSeconds * 2_000 + WAIT.timeout,
          interval: 500,
        })
        .toBe(true);
      for (const complaint of await complaintsOf(viewer)) console.warn('hls.js:', complaint);
      expect(await graveComplaints(viewer)).toEqual([]);
      expect(network.counts.lostUp).toBeGreaterThan(10);
    },
    watchSeconds * 2_000 + 120_000,
  );

  it('continues after the publisher was unavailable', async () => {
    const way = await TcpProxy.to(stage.server.url);
    try {
      const initScripts = [clockPublisherScript(PICTURE)];
      const viewer = await watch('vagrant', { url: way.url, initScripts });
      way.goDown();
      await stage.isInState('vagrant', 'interrupted');
      way.comeBack();
      await stage.isInState('vagrant', 'live');
      const { time: back } = await videoOf(viewer);
      await expect
        .poll(async () => (await videoOf(viewer)).time - back, WAIT)
        .toBeGreaterThan(SEEN_BEFORE_S);
      await framesAdvance(viewer);
      expect((await complaintsOf(viewer)).filter(({ fatal }) => fatal)).toEqual([]);
    } finally {
      await way.close();
    }
  });
});
