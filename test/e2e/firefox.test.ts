import type { Browser } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  clockDelayMs,
  clockFramesSeen,
  clockPublisherScript,
  clockViewerScript,
} from '../support/clock-picture.js';
import { firefoxBin, launchFirefox } from '../support/firefox.js';
import { delayPairs, medianError } from '../support/shown-delay.js';
import { Stage, WAIT } from '../support/stage.js';

// An empty FIREFOX_BIN means that Firefox is missing; the test summary says so.
describe.skipIf(firefoxBin() === null)('stock Firefox, without H.264 in WebRTC', () => {
  let stage: Stage;
  let firefox: Browser;
  beforeAll(async () => {
    [stage, firefox] = await Promise.all([Stage.open(), launchFirefox()]);
  });
  afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
  afterAll(() => Promise.all([stage?.close(), firefox?.close()]));

  it('falls back to HLS and plays live', async () => {
    await stage.goLive('fire', { initScripts: [clockPublisherScript()] });
    const page = await firefox.newPage();
    await page.evaluateOnNewDocument(clockViewerScript);
    await page.goto(`${stage.server.url}/fire`);
    await expect
      .poll(() => page.evaluate('document.querySelector(".delay-chip-button")?.textContent'), WAIT)
      .toMatch(/^HLS \d/);
    const before = await clockFramesSeen(page);
    await expect
      .poll(async () => (await clockFramesSeen(page)).frames - before.frames, WAIT)
      .toBeGreaterThan(60);
    const pairs = await delayPairs(page, 6);
    expect(Math.abs(medianError(pairs))).toBeLessThan(100);
    await expect.poll(() => clockDelayMs(page), WAIT).toBeLessThan(3_000);
  });
});
