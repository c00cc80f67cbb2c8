import { setTimeout as pause } from 'node:timers/promises';
import { FfmpegCopy } from './hls-ffmpeg.js';
import { Film, FILM_STREAMS } from './hls-film.js';
import { ServedFilm } from './hls-served.js';
import { comparison, figure, type Round, type Row } from './row.js';

const ROUNDS = 3;
const ROUND_MS = 4_000;
/** The time after which the startup work is done. */
const START_MS = 6_000;
/** The time after which code is compiled and segments arrive evenly. */
const WARM_UP_MS = 20_000;
const MANY = 8;

/** Measures the CPU time for packaging a single broadcast. */
export function benchPackaging(): Promise<Row[]> {
  return compare(1);
}

/** Measures the CPU time per broadcast when several are packaged at once, with warm CPU caches. */
export function benchPackagingMany(): Promise<Row[]> {
  return compare(MANY);
}

/**
 * Compares packaging of three layers and audio with `ffmpeg -c copy` on the same packets. Onair's
 * figure is the CPU time of the service's process, which gets the packets from the media worker,
 * minus its idle CPU time.
 */
async function compare(broadcasts: number): Promise<Row[]> {
  const film = await Film.make();
  try {
    const { rounds, workers } = await measure(film, broadcasts);
    const unit = '% of a core';
    const which = broadcasts === 1 ? 'a broadcast alone' : `one of ${broadcasts} broadcasts`;
    const title = `packaging one rendition of ${FILM_STREAMS.length}: ${which}, CPU`;
    return [
      comparison(title, { unit, rounds, ratioAtMost: 1.5 }),
      figure('  the media worker meanwhile: receiving and forwarding', {
        unit,
        values: workers,
        atMost: null,
      }),
    ];
  } finally {
    await film.remove();
  }
}

type Measured = { rounds: Round[]; workers: number[] };

async function measure(film: Film, broadcasts: number): Promise<Measured> {
  const ffmpeg = await FfmpegCopy.prepare(film);
  const served = await ServedFilm.start(film, { broadcasts, besides: ffmpeg.ports });
  try {
    await pause(START_MS);
    const idle = await sharesOf(served, null);
    await served.play();
    await ffmpeg.start();
    await pause(WARM_UP_MS);
    const found: Measured = { rounds: [], workers: [] };
    for (let i = 0; i < ROUNDS; i += 1) {
      // Both package the same packets at the same time.
      const { service, worker, baseline } = await sharesOf(served, ffmpeg);
      found.rounds.push({ measured: (service - idle.service) / broadcasts, baseline });
      found.workers.push(worker / broadcasts);
    }
    return found;
  } finally {
    await served.stop();
    await ffmpeg.stop();
  }
}

type Shares = { service: number; worker: number; baseline: number };

/**
 * Returns the share of a core that each process used in a round, in percent, divided by the number
 * of renditions of a broadcast.
 */
async function sharesOf(served: ServedFilm, ffmpeg: FfmpegCopy | null): Promise<Shares> {
  const usage = async () => ({
    ...(await served.used()),
    ffmpegUs: (await ffmpeg?.cpuUs()) ?? 0,
    atMs: performance.now(),
  });
  const from = await usage();
  await pause(ROUND_MS);
  const to = await usage();
  const share = (us: number) => us / 10 / (to.atMs - from.atMs) / FILM_STREAMS.length;
  return {
    service: share(to.cpuUs - from.cpuUs),
    worker: share(to.workerCpuUs - from.workerCpuUs),
    baseline: share(to.ffmpegUs - from.ffmpegUs),
  };
}
