import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { launchChromium } from '../test/support/browser.js';
import { ffmpegBin } from '../test/support/ffmpeg.js';
import { api, registerWithChannel } from '../test/support/people.js';
import { ServerProcess } from '../test/support/server-process.js';
import { WeriftPublisher } from '../test/support/werift-publisher.js';
import { CannotRun, figure, type Row } from './row.js';

const CHANNEL = 'bench-whip';
const ROUNDS = 7;
const PATIENCE_MS = 30_000;
/** The polling interval, which is precise enough for the measurement and causes no load. */
const POLL_MS = 5;

type Round = { answeredMs: number; liveMs: number; frameMs: number };

/**
 * Measures the time from an encoder's POST to the response, to "live" in the API, and to the first
 * frame in the browser of a viewer who waits on the channel's page. The encoder is werift with
 * FFmpeg. Like OBS, it sends one key frame per second and ignores key-frame requests, so up to a
 * second of the last figure is the wait for a key frame.
 */
export async function benchWhipStart(): Promise<Row[]> {
  if (ffmpegBin === '') throw new CannotRun('FFmpeg is not installed.');
  const browser = await launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  const server = await ServerProcess.start();
  try {
    const owner = await registerWithChannel(server.url, CHANNEL);
    const path = `/channels/${CHANNEL}/stream-key`;
    const { streamKey } = await api<{ streamKey: string }>(server.url, owner, 'POST', path);
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      // A new page each time, because the viewer must not have watched before.
      const page = await browser.newPage();
      await page.addInitScript({ path: join(import.meta.dirname, 'pages/probe.js') });
      await page.goto(`${server.url}/${CHANNEL}`);
      rounds.push(await measure(page, { url: server.url, key: streamKey }));
      await page.close();
    }
    return rowsOf(rounds);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function measure(page: Page, { url, key }: { url: string; key: string }): Promise<Round> {
  const film = { video: 'h264', audio: true } as const;
  const publisher = new WeriftPublisher({ url, channel: CHANNEL, key, film });
  await publisher.startFilm();
  await until(async () => publisher.filmStarted);
  try {
    const beganMs = Date.now();
    const { status } = await publisher.publish();
    if (status !== 201) throw new Error(`the POST got status ${status}`);
    const answeredMs = Date.now() - beganMs;
    await until(async () => (await stateOf(url)) === 'live');
    const liveMs = Date.now() - beganMs;
    let shownAtMs: number | null = null;
    await until(async () => (shownAtMs = await firstFrameAt(page)) !== null);
    return { answeredMs, liveMs, frameMs: (shownAtMs ?? Infinity) - beganMs };
  } finally {
    await publisher.end();
    await until(async () => (await stateOf(url)) === null);
  }
}

/** Returns when the page's first frame was decoded, in ms since 1970; null if none was yet. */
async function firstFrameAt(page: Page): Promise<number | null> {
  const at = await page.evaluate(
    'globalThis.firstFrameMarks?.firstFrame === undefined ? null : performance.timeOrigin + firstFrameMarks.firstFrame',
  );
  return z.number().nullable().parse(at);
}

async function stateOf(url: string): Promise<string | null> {
  const { broadcast } = await api<{ broadcast: { state: string } | null }>(
    url,
    null,
    'GET',
    `/channels/${CHANNEL}`,
  );
  return broadcast?.state ?? null;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error('timed out');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function rowsOf(rounds: readonly Round[]): Row[] {
  const row = (name: string, value: (round: Round) => number, atMost: number | null) =>
    figure(name, { unit: 'ms', values: rounds.map(value), atMost });
  return [
    row('WHIP: POST to answer', ({ answeredMs }) => answeredMs, null),
    row('WHIP: POST to live in the API', ({ liveMs }) => liveMs, 1_000),
    row('WHIP: POST to the first frame of a waiting viewer', ({ frameMs }) => frameMs, 2_000),
  ];
}
