import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../test/support/browser.js';
import { ServerProcess } from '../test/support/server-process.js';
import { goLive } from './go-live.js';
import { becomesTrue } from './page-condition.js';
import { CannotRun, comparison, figure, type Row } from './row.js';

const CHANNEL = 'bench-sharing';
const VIEWERS = 8;
/** The maximum time until a viewer plays on a busy machine. */
const PATIENCE_MS = 120_000;
/** The time until viewers have found each other. */
const SETTLE_MS = 20_000;
const WATCH_MS = 60_000;

/** Sends 360p, because the publisher and all viewers compete for the same CPU. */
const PUBLISHER = `localStorage.setItem(
  'onair.capture',
  '{"settings":{"resolution":360,"frameRate":30}}',
)`;

/** Counts a viewer's stalls, and lets it remember all requests. */
const VIEWER = `
  performance.setResourceTimingBufferSize(100_000);
  globalThis.stalls = 0;
  document.addEventListener('waiting', () => (stalls += 1), true);
`;

/** The number of bytes, with headers, that the server has sent to a page from below /hls. */
const RECEIVED = `performance.getEntriesByType('resource')
  .filter(({ name }) => new URL(name).pathname.startsWith('/hls/'))
  .reduce((sum, { transferSize }) => sum + transferSize, 0)`;

type Watched = { kilobytesPerS: number; stalls: number };

/**
 * Measures the bytes that the server sends to viewers who share, against the same viewers without
 * sharing, who play the same segments with the same latency.
 */
export async function benchSharing(): Promise<Row[]> {
  const browser = await launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  const server = await ServerProcess.start();
  try {
    const { url } = server;
    const studio = await goLive(browser, { url, channel: CHANNEL, initScript: PUBLISHER });
    const without = await watch(browser, url);
    const response = await studio
      .context()
      .request.patch(`${url}/api/channels/${CHANNEL}/sharing`, {
        data: { enabled: true, liveAbove: 0 },
      });
    if (!response.ok()) throw new Error(`sharing can't be turned on: ${response.status()}`);
    const shared = await watch(browser, url);
    return [
      comparison(`server's HLS to ${VIEWERS} viewers who share, against no sharing`, {
        unit: 'kB/s',
        rounds: [{ measured: shared.kilobytesPerS, baseline: without.kilobytesPerS }],
        ratioAtMost: 0.35,
      }),
      figure('stalls of all viewers in a minute, sharing', {
        unit: 'stalls',
        values: [shared.stalls],
        atMost: without.stalls,
      }),
      figure('stalls of all viewers in a minute, without sharing', {
        unit: 'stalls',
        values: [without.stalls],
        atMost: null,
      }),
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Opens the viewers, and measures them once all of them play. */
async function watch(browser: Browser, url: string): Promise<Watched> {
  // Each viewer has a separate cache, as on separate machines.
  const contexts: BrowserContext[] = [];
  try {
    const pages: Page[] = [];
    for (let at = 0; at < VIEWERS; at += 1) {
      const context = await browser.newContext({ viewport: { width: 640, height: 400 } });
      contexts.push(context);
      await context.addInitScript(VIEWER);
      const page = await context.newPage();
      await page.goto(`${url}/embed/${CHANNEL}?muted&mode=shared`, { timeout: PATIENCE_MS });
      pages.push(page);
    }
    for (const page of pages)
      await becomesTrue(page, `document.querySelector('video')?.currentTime > 1`, PATIENCE_MS);
    await pause(SETTLE_MS);
    const before = await state(pages);
    await pause(WATCH_MS);
    const after = await state(pages);
    return {
      kilobytesPerS: (after.bytes - before.bytes) / WATCH_MS,
      stalls: after.stalls - before.stalls,
    };
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

async function state(pages: readonly Page[]): Promise<{ bytes: number; stalls: number }> {
  const states = await Promise.all(
    pages.map(async (page) => ({
      bytes: Number(await page.evaluate(RECEIVED)),
      stalls: Number(await page.evaluate('stalls')),
    })),
  );
  return {
    bytes: states.reduce((sum, { bytes }) => sum + bytes, 0),
    stalls: states.reduce((sum, { stalls }) => sum + stalls, 0),
  };
}
