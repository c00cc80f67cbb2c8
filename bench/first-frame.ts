import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { launchChromium } from '../test/support/browser.js';
import { ServerProcess } from '../test/support/server-process.js';
import { BarePages } from './bare-pages.js';
import { goLive } from './go-live.js';
import { becomesTrue } from './page-condition.js';
import { CannotRun, comparison, figure, measuredAtMost, type Round, type Row } from './row.js';

const CHANNEL = 'bench-first-frame';
const ROUNDS = 5;
const PATIENCE_MS = 20_000;
/**
 * Long enough that the previous page no longer uses the CPU, and that its key-frame request isn't
 * merged with the next page's.
 */
const REST_MS = 1_500;

/** The steps in expected order; the probe records their times. */
const STEPS = [
  ['htmlArrived', 'HTML arrived'],
  ['socketStarted', 'code loaded and started'],
  ['socketOpen', 'socket open'],
  ['socketConnected', 'socket accepted'],
  ['joinSent', 'join sent'],
  ['joinReplied', 'join answered'],
  ['negotiated', 'browser negotiated'],
  ['iceConnected', 'ICE connected'],
  ['dtlsConnected', 'DTLS connected'],
  ['firstPacket', 'first packet'],
  ['firstFrame', 'first frame decoded'],
] as const;

const Marks = z.record(z.string(), z.number());
type Marks = z.output<typeof Marks>;

/**
 * Measures the time from opening the watch page, and from joining, to the first decoded frame, in
 * real Chromium.
 */
export async function benchFirstFrame(): Promise<Row[]> {
  const broadcaster = await launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  const server = await ServerProcess.start();
  const viewer = await launchChromium();
  const bare = await BarePages.start();
  try {
    // The broadcaster should be on another machine. Here it shares the viewer's machine, so its
    // load is kept small.
    const light = `localStorage.setItem(
      'onair.capture',
      '{"settings":{"resolution":360,"frameRate":30}}',
    )`;
    await goLive(broadcaster, { url: server.url, channel: CHANNEL, initScript: light });
    const baselines = await viewer.newContext();
    const webrtc = await baselines.newPage();
    await webrtc.goto(`${bare.url}/webrtc`);
    bare.clip = Buffer.from(z.array(z.number()).parse(await webrtc.evaluate('record()')));

    const rounds: RoundOfPages[] = [];
    for (let i = 0; i < ROUNDS; i += 1)
      rounds.push(await measureRound(viewer, webrtc, { watch: `${server.url}/${CHANNEL}`, bare }));
    return rowsOf(rounds);
  } finally {
    await Promise.all([broadcaster.close(), viewer.close(), bare.close()]);
    await server.close();
  }
}

type RoundOfPages = {
  cold: Marks;
  warm: Marks;
  bareCold: number;
  bareWarm: number;
  bareWebrtc: number;
};

/** Opens each page twice in a new profile: cold, then warm. */
async function measureRound(
  browser: Browser,
  webrtc: Page,
  { watch, bare }: { watch: string; bare: BarePages },
): Promise<RoundOfPages> {
  const bareContext = await browser.newContext();
  const bareCold = await open(bareContext, `${bare.url}/video`);
  const bareWarm = await open(bareContext, `${bare.url}/video`);
  await bareContext.close();
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  await context.addInitScript({ path: join(import.meta.dirname, 'pages/probe.js') });
  const cold = await open(context, watch);
  const warm = await open(context, watch);
  await context.close();
  return {
    cold,
    warm,
    bareCold: at(bareCold, 'firstFrame'),
    bareWarm: at(bareWarm, 'firstFrame'),
    bareWebrtc: z.number().parse(await webrtc.evaluate('connect()')),
  };
}

async function open(context: BrowserContext, url: string): Promise<Marks> {
  const page = await context.newPage();
  await page.waitForTimeout(REST_MS);
  await page.goto(url, { waitUntil: 'commit' });
  await becomesTrue(page, 'globalThis.firstFrameMarks?.firstFrame', PATIENCE_MS);
  const marks = Marks.parse(
    await page.evaluate(`({
      ...firstFrameMarks,
      htmlArrived: performance.getEntriesByType('navigation')[0].responseEnd,
    })`),
  );
  await page.close();
  return marks;
}

function rowsOf(rounds: readonly RoundOfPages[]): Row[] {
  const unit = 'ms';
  const pairs = (pair: (round: RoundOfPages) => Round) => rounds.map(pair);
  const joined = (marks: Marks) => at(marks, 'firstFrame') - at(marks, 'joinSent');
  const opening = (['cold', 'warm'] as const).flatMap((way) => {
    const bare = way === 'cold' ? 'bareCold' : 'bareWarm';
    return [
      measuredAtMost(
        comparison(`from opening the page to the first frame, ${way}`, {
          unit,
          rounds: pairs((round) => ({
            measured: at(round[way], 'firstFrame'),
            baseline: round[bare],
          })),
        }),
        500,
      ),
      measuredAtMost(
        comparison(`from joining to the first frame, ${way}`, {
          unit,
          rounds: pairs((round) => ({ measured: joined(round[way]), baseline: round.bareWebrtc })),
        }),
        150,
      ),
    ];
  });
  const steps = (['cold', 'warm'] as const).flatMap((way) =>
    STEPS.map(([mark, name]) =>
      figure(`  ${way}: ${name} at`, {
        unit,
        values: rounds.map((round) => at(round[way], mark)),
        atMost: null,
      }),
    ),
  );
  return [...opening, ...steps];
}

function at(marks: Marks, name: string): number {
  const time = marks[name];
  if (time === undefined)
    throw new Error(`the page never reached "${name}": ${JSON.stringify(marks)}`);
  return time;
}
