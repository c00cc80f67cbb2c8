import { expect } from 'vitest';
import { clockPublisherScript, clockViewerScript } from '../support/clock-picture.js';
import { delayPairs, medianError } from '../support/shown-delay.js';
import { framesAdvance } from '../support/video.js';
import { stageTest as it } from '../support/fixtures/stage.js';
import { WAIT } from '../support/stage.js';

it('the displayed WebRTC latency matches that of the video, within 100 ms', async ({ stage }) => {
  await stage.goLive('delay', { initScripts: [clockPublisherScript()] });
  const viewer = await stage.visit('/delay?mode=webrtc', { initScripts: [clockViewerScript] });
  await framesAdvance(viewer);
  const pairs = await delayPairs(viewer, 10);
  expect(Math.abs(medianError(pairs))).toBeLessThan(100);
});

it('the displayed HLS latency is just as accurate, below 3 s, and steady', async ({ stage }) => {
  await stage.goLive('clock', { initScripts: [clockPublisherScript()] });
  await expect.poll(async () => (await stage.channel('clock')).broadcast?.hls, WAIT).toBe('ready');
  const viewer = await stage.visit('/clock?mode=hls', { initScripts: [clockViewerScript] });
  const chip = viewer.locator('.delay-chip-button');
  await expect.poll(() => chip.textContent(), WAIT).toMatch(/^HLS/);
  await framesAdvance(viewer);
  const pairs = await delayPairs(viewer, 10);
  expect(Math.abs(medianError(pairs))).toBeLessThan(100);
  const settled = pairs.slice(4).map(({ trueMs }) => trueMs);
  expect(Math.max(...settled)).toBeLessThan(3_000);
  expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(500);
});
