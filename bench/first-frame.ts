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
 * The pause between pages. After it, the previous page no longer uses the CPU, and its key-frame
 * request isn't merged with the next page's.
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
 * real Chromium. If BENCH_AGAINST names the folder of another build, its page and this build's
 * are opened in turn, and its broadcaster also competes for the CPU.
 */
export async function benchFirstFrame(): Promise<Row[]> {
  const broadcaster = await launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  const servers = [await ServerProcess.start()];
  const against = process.env['BENCH_AGAINST'];
  if (against) servers.push(await ServerProcess.start({}, { folder: against }));
  const viewer = await launchChromium();
  const bare = await BarePages.start();
  try {
    // The broadcaster should be on another machine. Here it shares the viewer's machine, so its
    // load is kept small.
    const light = `localStorage.setItem(
      'onair.capture',
      '{"settings":{"resolution":360,"frameRate":30}}',
    )`;
    for (const { url } of servers)
      await goLive(broadcaster, { url, channel: CHANNEL, initScript: light });
    const baselines = await viewer.newContext();
    const webrtc = await baselines.newPage();
    await webrtc.goto(`${bare.url}/webrtc`);
    bare.clip = Buffer.from(z.array(z.number()).parse(await webrtc.evaluate('record()')));

    const rounds: RoundOfPages[] = [];
    const [own = '', other = null] = servers.map(({ url }) => `${url}/${CHANNEL}`);
    for (let i = 0; i < ROUNDS; i += 1)
      rounds.push(
        await measureRound(viewer, webrtc, { own, other, bare, otherFirst: i % 2 === 0 }),
      );
    return rowsOf(rounds);
  } finally {
    await Promise.all([broadcaster.close(), viewer.close(), bare.close()]);
    for (const server of servers) await server.close();
  }
}

/** The two visits of a new profile. */
type Visits = { cold: Marks; warm: Marks };

type RoundOfPages = Visits & {
  /** The same visits of the other build's page. */
  other: Visits | null;
  bareCold: number;
  bareWarm: number;
  bareWebrtc: number;
};

/** The URLs of the pages. */
type Addresses = { own: string; other: string | null; bare: BarePages; otherFirst: boolean };

async function measureRound(
  browser: Browser,
  webrtc: Page,
  { own, other, bare, otherFirst }: Addresses,
): Promise<RoundOfPages> {
  const bareContext = await browser.newContext();
  const bareCold = await open(bareContext, `${bare.url}/video`);
  const bareWarm = await open(bareContext, `${bare.url}/video`);
  await bareContext.close();
  const before = other !== null && otherFirst ? await visit(browser, other) : null;
  const visits = await visit(browser, own);
  const after = other !== null && !otherFirst ? await visit(browser, other) : null;
  return {
    ...visits,
    other: before ?? after,
    bareCold: at(bareCold, 'firstFrame'),
    bareWarm: at(bareWarm, 'firstFrame'),
    bareWebrtc: z.number().parse(await webrtc.evaluate('connect()')),
  };
}

/** Opens a page twice in a new profile: cold, then warm. */
async function visit(browser: Browser, url: string): Promise<Visits> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  await context.addInitScript({ path: join(import.meta.dirname, 'pages/probe.js') });
  const cold = await open(context, url);
  const warm = await open(context, url);
  await context.close();
  return { cold, warm };
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
        300,
      ),
      measuredAtMost(
        comparison(`from joining to the first frame, ${way}`, {
          unit,
          rounds: pairs((round) => ({ measured: joining(round[way]), baseline: round.bareWebrtc })),
        }),
        100,
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
  return [...opening, ...rowsAgainst(rounds), ...steps];
}

/** Compares with the other build. */
function rowsAgainst(rounds: readonly RoundOfPages[]): Row[] {
  const ways = ['cold', 'warm'] as const;
  return ways.flatMap((way) => {
    const pairs = rounds.flatMap(({ [way]: measured, other }) =>
      other ? [{ measured, baseline: other[way] }] : [],
    );
    if (pairs.length === 0) return [];
    const row = (name: string, timeOf: (marks: Marks) => number): Row =>
      comparison(`${name} against the other build, ${way}`, {
        unit: 'ms',
        rounds: pairs.map(({ measured, baseline }) => ({
          measured: timeOf(measured),
          baseline: timeOf(baseline),
        })),
      });
    return [row('opening', (marks) => at(marks, 'firstFrame')), row('joining', joining)];
  });
}

/** The time from joining to the first frame. */
function joining(marks: Marks): number {
  return at(marks, 'firstFrame') - at(marks, 'joinSent');
}

function at(marks: Marks, name: string): number {
  const time = marks[name];
  if (time === undefined)
    throw new Error(`the page never reached "${name}": ${JSON.stringify(marks)}`);
  return time;
}
