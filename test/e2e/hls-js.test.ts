import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clockPublisherScript } from '../support/clock-picture.js';
import { complaintsOf, type HlsJsPage, playWithHlsJs, serveHlsJs } from '../support/hls-js-page.js';
import { Stage, WAIT } from '../support/stage.js';
import { freeRtcPort, UdpProxy } from '../support/udp-proxy.js';
import { framesAdvance, videoOf } from '../support/video.js';
import { watchSeconds } from '../support/watch-seconds.js';

/** Small, so that the browser leaves no layer out for want of a processor: it is loss that is looked at. */
const PICTURE = { width: 640, height: 360, framesPerSecond: 15 };

let stage: Stage;
let network: UdpProxy;
let site: HlsJsPage;
beforeAll(async () => {
  const port = await freeRtcPort();
  stage = await Stage.open({ RTC_PORT: String(port), RTC_WORKERS: '1' });
  network = await UdpProxy.to(port, { upPercent: 3 });
  site = await serveHlsJs();
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await stage?.close();
  await network?.close();
  await site?.close();
});

describe('hls.js on another site', () => {
  it(
    'reports no error while the publisher loses 3 % of its packets',
    async () => {
      const url = `${stage.server.url}/hls/lossy/index.m3u8`;
      await stage.goLive('lossy', {
        initScripts: [network.pageScript, clockPublisherScript(PICTURE)],
      });
      await expect
        .poll(async () => (await stage.channel('lossy')).broadcast?.hls, WAIT)
        .toBe('ready');
      const viewer = await stage.visit('/', { url: site.url });
      await playWithHlsJs(viewer, url);
      await framesAdvance(viewer);
      const { time: begin } = await videoOf(viewer);
      const watchedEnough = async () => (await videoOf(viewer)).time - begin >= watchSeconds;
      await expect
        .poll(async () => (await complaintsOf(viewer)).length > 0 || (await watchedEnough()), {
          timeout: watchSeconds * 2_000 + WAIT.timeout,
          interval: 500,
        })
        .toBe(true);
      expect(await complaintsOf(viewer)).toEqual([]);
      expect(network.counts.lostUp).toBeGreaterThan(10);
    },
    watchSeconds * 2_000 + 120_000,
  );
});
