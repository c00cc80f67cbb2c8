import { setTimeout as pause } from 'node:timers/promises';
import { FfmpegCopy } from './hls-ffmpeg.js';
import { Film, FILM_STREAMS } from './hls-film.js';
import { ServedFilm } from './hls-served.js';
import { comparison, figure, type Round, type Row } from './row.js';

const ROUNDS = 5;
const ROUND_MS = 6_000;
/** Until code is compiled and segments come evenly. */
const WARM_UP_MS = 12_000;

/**
 * CPU that a broadcast of 3 layers and sound takes to package, against `ffmpeg -c copy` on the same packets. Onair's
 * is that of the service's process without what it takes when nothing comes: it has the packets from the media worker.
 */
export async function benchPackaging(): Promise<Row[]> {
  const film = await Film.make();
  const ffmpeg = await FfmpegCopy.prepare(film);
  const served = await ServedFilm.start(film, ffmpeg.ports);
  try {
    const idle = await sharesOf(served, null);
    served.play();
    await ffmpeg.start();
    await pause(WARM_UP_MS);
    const rounds: Round[] = [];
    const workers: number[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      // At the same time, as the packets are the same.
      const { service, worker, baseline } = await sharesOf(served, ffmpeg);
      rounds.push({ measured: service - idle.service, baseline });
      workers.push(worker);
    }
    const unit = '% of a core';
    return [
      comparison(`packaging one rendition of a broadcast of ${FILM_STREAMS.length}, CPU`, {
        unit,
        rounds,
        ratioAtMost: 1.5,
      }),
      figure('beside it the media worker: receiving, and handing over', {
        unit,
        values: workers,
        atMost: null,
      }),
    ];
  } finally {
    await served.stop();
    await ffmpeg.stop();
    await film.remove();
  }
}

type Shares = { service: number; worker: number; baseline: number };

/** How much of a core each used in a round for one rendition, in percent. */
async function sharesOf(served: ServedFilm, ffmpeg: FfmpegCopy | null): Promise<Shares> {
  const look = async () => ({
    ...(await served.used()),
    ffmpegUs: (await ffmpeg?.cpuUs()) ?? 0,
    atMs: performance.now(),
  });
  const from = await look();
  await pause(ROUND_MS);
  const to = await look();
  const share = (us: number) => us / 10 / (to.atMs - from.atMs) / FILM_STREAMS.length;
  return {
    service: share(to.cpuUs - from.cpuUs),
    worker: share(to.workerCpuUs - from.workerCpuUs),
    baseline: share(to.ffmpegUs - from.ffmpegUs),
  };
}
