import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { launchChromium } from '../test/support/browser.js';
import { gapsOf, WATCH_FRAMES } from '../test/support/frame-gaps.js';
import { HaProxy } from '../test/support/haproxy.js';
import type { ServerProcess } from '../test/support/server-process.js';
import { ClusterNodes } from './cluster-nodes.js';
import { goLive } from './go-live.js';
import { CannotRun, figure, type Row } from './row.js';

const CHANNEL = 'bench-faults';
const ROUNDS = 5;
const NODES = ['a', 'b', 'c'];
const VIEWERS = 4;
const PATIENCE_MS = 60_000;
/** A video plays again once this number of consecutive intervals have had new frames. */
const MOVING = { intervals: 12, everyMs: 250 };
const POLL_MS = 20;
/** A low resolution, because the browsers share this machine with the nodes. */
const LIGHT = `localStorage.setItem(
  'onair.capture',
  '{"settings":{"resolution":360,"frameRate":30}}',
)`;

/** Times in milliseconds. */
type Round = {
  /** The freezes of viewers whose node was killed. */
  edgeKilled: number[];
  /** The freezes of viewers when the publisher's node was killed. */
  originKilled: number[];
  /** The time from the kill until the broadcast was live again. */
  resumed: number;
  /** The freezes of viewers when the publisher's node drained. */
  drained: number[];
  /** The freezes without a fault, in a period as long as a drain. */
  usual: number[];
};

/**
 * Measures in real Chromium how long viewers see no new frame when a node is killed or drains, and
 * how long a broadcast is interrupted. All browsers connect through HAProxy.
 */
export async function benchClusterFaults(): Promise<Row[]> {
  const program = process.env['HAPROXY_BIN'];
  if (!program) throw new CannotRun('HAProxy is not installed.');
  const nodes = await ClusterNodes.create();
  const browser = await launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  let balancer: HaProxy | null = null;
  try {
    const servers: ServerProcess[] = [];
    for (const name of NODES) servers.push(await nodes.start(name, SETTINGS));
    balancer = await HaProxy.start(
      program,
      servers.map(({ url }) => url),
    );
    const service = new Service(balancer.url, servers);
    await service.isWhole();
    const studio = await goLive(browser, {
      url: balancer.url,
      channel: CHANNEL,
      initScript: LIGHT,
    });
    const viewers = await Promise.all(
      Array.from({ length: VIEWERS }, () => watch(browser, balancer?.url ?? '')),
    );
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n += 1) rounds.push(await measure(service, { studio, viewers }));
    return rowsOf(rounds);
  } finally {
    await browser.close();
    await balancer?.close();
    await nodes.close();
  }
}

const SETTINGS = { TRUST_PROXY: '1', RTC_WORKERS: '1', DRAIN_SECONDS: '8', LOG_LEVEL: 'warn' };

function rowsOf(rounds: readonly Round[]): Row[] {
  const all = (pick: (round: Round) => number[]) => rounds.flatMap(pick);
  const row = (name: string, values: readonly number[], atMost: number | null) =>
    figure(`several nodes: ${name}`, { unit: 'ms', values, atMost });
  const limit = { killed: 3_000, resumed: 5_000, drained: 300 };
  return [
    row(
      'longest freeze without a fault',
      all(({ usual }) => usual),
      null,
    ),
    row(
      'a viewer’s node is killed: freeze',
      all(({ edgeKilled }) => edgeKilled),
      limit.killed,
    ),
    row(
      'the publisher’s node is killed: freeze',
      all(({ originKilled }) => originKilled),
      limit.killed,
    ),
    row(
      'the same: until the publisher is live again',
      all(({ resumed }) => [resumed]),
      limit.resumed,
    ),
    row(
      'the publisher’s node drains: longest freeze',
      all(({ drained }) => drained),
      limit.drained,
    ),
  ];
}

/** The nodes behind the balancer. */
class Service {
  readonly #url: string;
  readonly #servers: readonly ServerProcess[];

  constructor(url: string, servers: readonly ServerProcess[]) {
    this.#url = url;
    this.#servers = servers;
  }

  /** Returns the node to which the balancer sends a page. */
  async nodeOf(page: Page): Promise<ServerProcess> {
    const cookies = await page.context().cookies(this.#url);
    const name = cookies.find((cookie) => cookie.name === 'onair-node')?.value ?? '';
    const node = this.#servers[Number(name.replace('node', '')) - 1];
    if (!node) throw new Error(`no node is named “${name}”`);
    return node;
  }

  /** Waits until all nodes are running and ready. */
  async isWhole(): Promise<void> {
    for (const { url } of this.#servers)
      await until(async () => (await fetch(`${url}/readyz`)).status === 200);
  }

  /** Resolves with the state of the broadcast on a node other than `lost`. */
  async state(lost: ServerProcess): Promise<string | null> {
    const node = this.#servers.find((server) => server !== lost);
    const response = await fetch(`${node?.url}/api/channels/${CHANNEL}`);
    return View.parse(await response.json()).broadcast?.state ?? null;
  }
}

const View = z.object({ broadcast: z.object({ state: z.string() }).nullable() });

async function measure(
  service: Service,
  { studio, viewers }: { studio: Page; viewers: readonly Page[] },
): Promise<Round> {
  await allMove(viewers);
  const usual = await freezesOf(viewers);
  const edgeKilled = await killEdge(service, { studio, viewers });
  const origin = await service.nodeOf(studio);
  await freezesOf(viewers);
  const killedAtMs = performance.now();
  await origin.kill();
  const resumed = await backAfter(service, origin, killedAtMs);
  await allMove(viewers);
  const originKilled = await freezesOf(viewers);
  await origin.start();
  await service.isWhole();
  await allMove(viewers);

  const draining = await service.nodeOf(studio);
  await freezesOf(viewers);
  const exited = draining.exited();
  draining.signal('SIGTERM');
  await exited;
  await allMove(viewers);
  const drained = await freezesOf(viewers);
  await draining.start();
  await service.isWhole();
  return { usual, edgeKilled, originKilled, resumed, drained };
}

/** Kills a node that has viewers but not the publisher, if there is one. */
async function killEdge(
  service: Service,
  { studio, viewers }: { studio: Page; viewers: readonly Page[] },
): Promise<number[]> {
  const origin = await service.nodeOf(studio);
  const nodes = await Promise.all(viewers.map((viewer) => service.nodeOf(viewer)));
  const edge = nodes.find((node) => node !== origin);
  if (!edge) return [];
  const affected = viewers.filter((_, index) => nodes[index] === edge);
  await freezesOf(affected);
  await edge.kill();
  await allMove(affected);
  const freezes = await freezesOf(affected);
  await edge.start();
  await service.isWhole();
  return freezes;
}

/** Resolves with the time from `sinceMs` until the broadcast is live again, in ms. */
async function backAfter(service: Service, lost: ServerProcess, sinceMs: number): Promise<number> {
  await until(async () => (await service.state(lost)) === 'interrupted');
  await until(async () => (await service.state(lost)) === 'live');
  return performance.now() - sinceMs;
}

async function watch(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext();
  await context.addInitScript(WATCH_FRAMES);
  const page = await context.newPage();
  await page.goto(`${url}/${CHANNEL}?mode=webrtc`);
  return page;
}

/** Returns each page's longest freeze since the last call. */
async function freezesOf(pages: readonly Page[]): Promise<number[]> {
  return (await Promise.all(pages.map(gapsOf))).map(({ freezeMs }) => freezeMs);
}

/** Waits until all pages have shown new frames for a while. */
async function allMove(pages: readonly Page[]): Promise<void> {
  await Promise.all(pages.map(moves));
}

async function moves(page: Page): Promise<void> {
  let before = 0;
  let moving = 0;
  await until(async () => {
    const now = await framesOf(page);
    moving = now === before ? 0 : moving + 1;
    before = now;
    return moving >= MOVING.intervals;
  }, MOVING.everyMs);
}

const framesOf = (page: Page): Promise<number> =>
  page.locator('video').evaluate((element) => {
    const video = element as unknown as {
      getVideoPlaybackQuality(): { totalVideoFrames: number };
    };
    return video.getVideoPlaybackQuality().totalVideoFrames;
  });

/** Waits until a condition is true; if it rejects, it counts as false. */
async function until(condition: () => Promise<boolean>, everyMs = POLL_MS): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > untilMs) throw new Error('nothing changed within a minute');
    await wait(everyMs);
  }
}
