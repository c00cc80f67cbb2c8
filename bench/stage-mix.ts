import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer-core';
import { z } from 'zod';
import { serveBuiltPage } from '../test/support/built-page.js';
import { launchThrottlingChromium } from '../test/support/hiding-browser.js';
import { SCENE } from '../test/support/mix-page.js';
import { cpuUsOfTree } from './process-cpu.js';
import { CannotRun, comparison, figure, type Round, type Row } from './row.js';

const GUESTS = 4;
const ROUNDS = 3;
/** The time until encoders have reached their bitrates. */
const SETTLING_MS = 8_000;
const MEASURED_MS = 15_000;
const FPS = 30;

const Description = z.object({ type: z.string(), sdp: z.string() });

/** The browser whose CPU time is measured, and the one with guests and viewers. */
type Pages = { host: Page; far: Page };
type Use = { cpuUsPerS: number; framesPerS: number };

/**
 * Measures the CPU time of a host's browser that mixes its camera and four guests at 720p30,
 * against the same browser sending only its camera. Both encode Onair's three layers.
 */
export async function benchStageMix(): Promise<Row[]> {
  const far = await launchThrottlingChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  const server = await serveBuiltPage('stage-bench.js');
  try {
    const rounds: { alone: Use; mixing: Use }[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push({
        alone: await useOf(far, server.url, sendCamera),
        mixing: await useOf(far, server.url, sendProgramme),
      });
    return rowsOf(rounds);
  } finally {
    await far.close();
    await server.close();
  }
}

function rowsOf(rounds: readonly { alone: Use; mixing: Use }[]): Row[] {
  return [
    comparison(`host's browser mixing 1 + ${GUESTS} at 720p30, against its camera alone`, {
      unit: 'ms CPU/s',
      rounds: rounds.map(({ alone, mixing }): Round => ({
        measured: mixing.cpuUsPerS / 1_000,
        baseline: alone.cpuUsPerS / 1_000,
      })),
      ratioAtMost: 1.6,
    }),
    figure('frames missing from the programme’s 30 per second, in the full layer', {
      unit: 'frames/s',
      values: rounds.map(({ mixing }) => Math.max(0, FPS - mixing.framesPerS)),
      atMost: 1,
    }),
  ];
}

/** Measures a new browser while it sends. */
async function useOf(
  far: Browser,
  url: string,
  send: (pages: Pages) => Promise<void>,
): Promise<Use> {
  const browser = await launchThrottlingChromium();
  const context = await far.createBrowserContext();
  try {
    const pages = { host: await browser.newPage(), far: await context.newPage() };
    for (const page of Object.values(pages)) {
      await page.goto(url);
      await page.waitForFunction('globalThis.bench');
    }
    await send(pages);
    await pause(SETTLING_MS);
    const pid = browser.process()?.pid;
    if (pid === undefined) throw new CannotRun('The browser has no process id.');
    const before = { cpuUs: await cpuUsOfTree(pid), frames: await framesOf(pages.host) };
    const startedMs = performance.now();
    await pause(MEASURED_MS);
    const seconds = (performance.now() - startedMs) / 1_000;
    return {
      cpuUsPerS: ((await cpuUsOfTree(pid)) - before.cpuUs) / seconds,
      framesPerS: ((await framesOf(pages.host)) - before.frames) / seconds,
    };
  } finally {
    await browser.close();
    await context.close();
  }
}

async function sendCamera(pages: Pages): Promise<void> {
  await connect(pages.host, pages.far, { name: 'sent', offer: `bench.offerCamera('sent')` });
}

async function sendProgramme(pages: Pages): Promise<void> {
  for (let guest = 0; guest < GUESTS; guest += 1) {
    const name = `guest-${guest}`;
    await connect(pages.far, pages.host, { name, offer: `bench.offerGuest('${name}')` });
  }
  const scene = JSON.stringify({ ...SCENE, names: true });
  await connect(pages.host, pages.far, {
    name: 'sent',
    offer: `bench.offerProgramme('sent', ${scene})`,
  });
}

/** Connects two pages with an offer that the first one makes. */
async function connect(
  from: Page,
  to: Page,
  { name, offer }: { name: string; offer: string },
): Promise<void> {
  const offered = Description.parse(await from.evaluate(offer));
  const answer = `bench.answer('${name}', ${JSON.stringify(offered)})`;
  const answered = Description.parse(await to.evaluate(answer));
  await from.evaluate(`bench.accept('${name}', ${JSON.stringify(answered)})`);
}

/** Returns the number of frames encoded so far in the full layer, which is listed first. */
async function framesOf(page: Page): Promise<number> {
  const [full = 0] = z.array(z.number()).parse(await page.evaluate(`bench.encodedFrames('sent')`));
  return full;
}
