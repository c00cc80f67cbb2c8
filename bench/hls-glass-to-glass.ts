import type { Browser } from 'playwright-core';
import { launchChromium } from '../test/support/browser.js';
import {
  clockPublisherScript,
  clockReadings,
  clockViewerScript,
} from '../test/support/clock-picture.js';
import { ServerProcess } from '../test/support/server-process.js';
import { goLive } from './go-live.js';
import { becomesTrue } from './page-condition.js';
import { CannotRun, comparison, measuredAtMost, type Row, spread } from './row.js';

const CHANNEL = 'bench-delay';
/** The time until a player has reached its target distance from the live edge. */
const SETTLE_MS = { hls: 10_000, webrtc: 4_000 } as const;
const WATCH_MS = 10_000;
const PATIENCE_MS = 30_000;
const WANTED_MS = 2_000;

/**
 * Measures the latency from drawing a frame at the publisher to showing it in real Chromium, with a
 * clock in the video: LL-HLS compared with WebRTC for the same broadcast.
 */
export async function benchGlassToGlass(): Promise<Row[]> {
  const browser = await launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  const server = await ServerProcess.start();
  try {
    const { url } = server;
    await goLive(browser, { url, channel: CHANNEL, initScript: clockPublisherScript() });
    const hls = await watch(browser, url, 'hls');
    const webrtc = await watch(browser, url, 'webrtc');
    const baseline = spread(webrtc).median;
    const rounds = hls.map((measured) => ({ measured, baseline }));
    const name = 'glass to glass over LL-HLS, against WebRTC';
    return [measuredAtMost(comparison(name, { unit: 'ms', rounds }), WANTED_MS)];
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Returns the latencies of the frames that were shown. */
async function watch(browser: Browser, url: string, mode: 'hls' | 'webrtc'): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  try {
    await context.addInitScript(clockViewerScript);
    const page = await context.newPage();
    await page.goto(`${url}/${CHANNEL}?mode=${mode}`);
    await becomesTrue(page, 'clockPicture.readings.length > 0', PATIENCE_MS);
    await page.waitForTimeout(SETTLE_MS[mode]);
    const sinceMs = Date.now();
    await page.waitForTimeout(WATCH_MS);
    const readings = await clockReadings(page);
    return readings
      .filter(({ shownMs }) => shownMs >= sinceMs)
      .map(({ shownMs, drawnMs }) => shownMs - drawnMs);
  } finally {
    await context.close();
  }
}
