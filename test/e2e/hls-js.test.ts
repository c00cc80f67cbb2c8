import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clockPublisherScript } from '../support/clock-picture.js';
import { readFragments } from '../../src/media/mp4/read-fragments.js';
import { serveBarePage } from '../support/bare-page.js';
import { type Complaint, complaintsOf, playIn } from '../support/hls-js-page.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Stage, WAIT } from '../support/stage.js';
import { fetchBytes, fetchRenditions, fetchSegments } from '../support/fetched-playlist.js';
import { freeRtcPort, UdpProxy } from '../support/udp-proxy.js';
import { framesAdvance, videoOf } from '../support/video.js';
import { isLongWatch, watchSeconds } from '../support/watch-seconds.js';
import type { LocalServer } from '../support/local-server.js';

/**
 * The size is small so that the browser doesn't drop a layer because the CPU is too slow; the test
 * is about packet loss.
 */
const PICTURE = { width: 640, height: 360, framesPerSecond: 15 };

/** The time before the publisher is lost. It is longer than a player's buffer. */
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

/**
 * The errors that a busy machine causes: the browser stalls with one second of buffer. hls.js then
 * skips the last part of a segment if it is shorter than its look-up tolerance of 0.25 s, and
 * aborts a load to change the level.
 */
const RUN_DRY = new Set([
  'bufferStalledError',
  'bufferNudgeOnStall',
  'bufferSeekOverHole',
  'levelLoadTimeOut',
  'aborted',
]);

/** Returns the positions, in seconds, of gaps in the media of a rendition. */
async function holesIn({ id, url }: { id: string; url: string }): Promise<number[]> {
  const timescale = id.startsWith('video') ? 90_000 : 48_000;
  const holes: number[] = [];
  let endTicks: number | null = null;
  for (const segment of await fetchSegments(url)) {
    if (segment.discontinuity || segment.gap) endTicks = null;
    // A busy browser may drop a layer for a while; the playlist then marks its segments as gaps.
    if (segment.gap) continue;
    for (const { baseTicks, durationsTicks } of readFragments(await fetchBytes(segment.url))) {
      if (endTicks !== null && baseTicks !== endTicks) holes.push(endTicks / timescale);
      endTicks = durationsTicks.reduce((sum, ticks) => sum + ticks, baseTicks);
    }
  }
  return holes;
}

/**
 * Returns the errors that hls.js must not report: in a long run all of them, otherwise those that a
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
      const renditions = await fetchRenditions(`${stage.server.url}/hls/lossy/index.m3u8`);
      expect(renditions.length).toBeGreaterThan(2);
      for (const rendition of renditions) expect(await holesIn(rendition)).toEqual([]);
      expect(network.counts.lostUp).toBeGreaterThan(10);
    },
    watchSeconds * 2_000 + 120_000,
  );

  it('continues when the publisher returns', async () => {
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
