import { type EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { launchChromium } from '../test/support/browser.js';
import { h264Viewer } from '../test/support/rtc.js';
import type { ServerProcess } from '../test/support/server-process.js';
import { ClusterNodes } from './cluster-nodes.js';
import { FanOut } from './fan-out.js';
import { goLive } from './go-live.js';
import { becomesTrue } from './page-condition.js';
import { cpuUsOf } from './process-cpu.js';
import { CannotRun, comparison, figure, type Round, type Row } from './row.js';

const CHANNEL = 'bench-cluster';
const ROUNDS = 5;
const ROUND_MS = 3_000;
const FORWARDED_TO = 50;
/** The time until the bandwidth estimation has settled. */
const WARM_UP_MS = 3_000;
const EDGE_VIEWERS = 300;
const AT_ONCE = 20;
const CPU_MS = 8_000;
/** A pause after which an edge has closed its pipe, because it had no viewers. */
const UNUSED_MS = 11_000;
/** The pause between viewers: key-frame requests within half a second would be merged. */
const REST_MS = 1_500;
const PATIENCE_MS = 20_000;
const Marks = z.object({ firstFrame: z.number(), joinSent: z.number() });
const Joined = z.object({
  data: z.object({ media: z.object({ consumers: z.array(z.unknown()) }) }),
});
/** A low bit rate, so that encoding leaves the cores to the nodes. */
const LIGHT = `localStorage.setItem(
  'onair.capture',
  '{"settings":{"resolution":360,"frameRate":30}}',
)`;

/**
 * Measures the cost and latency of watching on a node to which media is piped from another node.
 */
export async function benchClusterMedia(): Promise<Row[]> {
  return [await benchEdgePackets(), ...(await benchNodes())];
}

/** Compares the edge worker's CPU time per packet and viewer with that of the origin's worker. */
async function benchEdgePackets(): Promise<Row> {
  const edge = await FanOut.create(FORWARDED_TO, { piped: true });
  const origin = await FanOut.create(FORWARDED_TO);
  try {
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i += 1)
      rounds.push({ measured: await usPerPacket(edge), baseline: await usPerPacket(origin) });
    return comparison(`forwarding one packet to one of ${FORWARDED_TO} viewers of an edge, CPU`, {
      unit: 'µs',
      rounds,
      ratioAtMost: 1.15,
    });
  } finally {
    edge.close();
    origin.close();
  }
}

async function usPerPacket(fanOut: FanOut): Promise<number> {
  fanOut.start();
  await wait(WARM_UP_MS);
  const before = await fanOut.usage();
  await wait(ROUND_MS);
  const after = await fanOut.usage();
  fanOut.stop();
  return (after.cpuUs - before.cpuUs) / (after.packets - before.packets);
}

/** Runs two nodes; the publisher is connected to the first one. */
async function benchNodes(): Promise<Row[]> {
  const nodes = await ClusterNodes.create();
  const browsers: Browser[] = [];
  try {
    for (let i = 0; i < 2; i += 1) browsers.push(await launchBrowser());
    const [broadcaster, viewer] = browsers as [Browser, Browser];
    const origin = await nodes.start('origin');
    const edge = await nodes.start('edge');
    await goLive(broadcaster, { url: origin.url, channel: CHANNEL, initScript: LIGHT });
    return [...(await benchFirstFrame(viewer, origin, edge)), await benchOrigin(origin, edge)];
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await nodes.close();
  }
}

function launchBrowser(): Promise<Browser> {
  return launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
}

/** Measures the edge's first viewer, who opens the pipe, and the next one, who finds it open. */
async function benchFirstFrame(
  browser: Browser,
  origin: ServerProcess,
  edge: ServerProcess,
): Promise<Row[]> {
  const first: number[] = [];
  const next: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    await wait(REST_MS);
    const there = await watch(browser, origin.url);
    await there.close();
    await wait(UNUSED_MS);
    const opening = await watch(browser, edge.url);
    await wait(REST_MS);
    const following = await watch(browser, edge.url);
    for (const page of [opening, following]) await page.close();
    first.push(opening.firstFrameMs - there.firstFrameMs);
    next.push(following.firstFrameMs - there.firstFrameMs);
  }
  const name = 'from joining to the first frame, edge minus origin';
  return [
    figure(`${name}: the edge’s first viewer`, { unit: 'ms', values: first, atMost: 60 }),
    figure(`${name}: its next viewer`, { unit: 'ms', values: next, atMost: 60 }),
  ];
}

async function watch(browser: Browser, url: string) {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  await context.addInitScript({ path: join(import.meta.dirname, 'pages/probe.js') });
  const page = await context.newPage();
  await page.goto(`${url}/${CHANNEL}`, { waitUntil: 'commit' });
  await becomesTrue(page, 'globalThis.firstFrameMarks?.firstFrame', PATIENCE_MS);
  const { firstFrame, joinSent } = Marks.parse(await page.evaluate('firstFrameMarks'));
  return { firstFrameMs: firstFrame - joinSent, close: () => context.close() };
}

/**
 * Compares the CPU time of the origin's process and workers while the edge has viewers to that
 * without viewers. The viewers receive no media, because sending it to them is the edge's work.
 */
async function benchOrigin(origin: ServerProcess, edge: ServerProcess): Promise<Row> {
  const pids = [origin.pid, ...(await origin.workers())];
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    await wait(UNUSED_MS);
    const baseline = await percentOf(pids);
    const sockets = await joinMany(edge.url);
    await wait(WARM_UP_MS);
    rounds.push({ measured: await percentOf(pids), baseline });
    for (const socket of sockets) socket.disconnect();
  }
  return comparison(`the origin’s CPU with ${EDGE_VIEWERS} viewers on an edge, and with none`, {
    unit: '% of a core',
    rounds,
    ratioAtMost: 1.1,
  });
}

/** Joins as the watch page does, a few at a time. */
async function joinMany(url: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < EDGE_VIEWERS)
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => joinOne(url)))));
  return sockets;
}

async function joinOne(url: string): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true });
  await once(socket as unknown as EventEmitter, 'connect');
  const request = { channel: CHANNEL, rtpCapabilities: h264Viewer };
  const reply: unknown = await socket.timeout(PATIENCE_MS).emitWithAck('viewer:join', request);
  const { consumers } = Joined.parse(reply).data.media;
  if (consumers.length < 2) throw new Error('a viewer of the edge got no tracks');
  return socket;
}

async function percentOf(pids: readonly number[]): Promise<number> {
  const cpuUs = async () => (await Promise.all(pids.map(cpuUsOf))).reduce((a, b) => a + b, 0);
  const before = await cpuUs();
  await wait(CPU_MS);
  return (((await cpuUs()) - before) / 1_000 / CPU_MS) * 100;
}
