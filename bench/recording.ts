import { setTimeout as pause } from 'node:timers/promises';
import { Film } from './hls-film.js';
import { ServedFilm } from './hls-served.js';
import type { Used } from './hls-server.js';
import { comparison, type Round, type Row } from './row.js';

const ROUNDS = 5;
/** The duration of a round, in which each rendition gets several segments. */
const ROUND_MS = 10_000;
/** The time after which startup work is done, code is compiled and segments arrive evenly. */
const WARM_UP_MS = 25_000;
/** The number of concurrent broadcasts in each of the two services. */
const BROADCASTS = 4;

/**
 * Measures the cost of recording: compares packaging and recording some broadcasts with only
 * packaging the same number in another process at the same time.
 */
export async function benchRecording(): Promise<Row[]> {
  const film = await Film.make();
  const services: ServedFilm[] = [];
  try {
    const recorded = await ServedFilm.start(film, { broadcasts: BROADCASTS, recorded: true });
    services.push(recorded);
    const live = await ServedFilm.start(film, { broadcasts: BROADCASTS });
    services.push(live);
    await Promise.all([recorded.play(), live.play()]);
    await pause(WARM_UP_MS);
    const cpu: Round[] = [];
    const disk: Round[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      const [measured, baseline] = await used([recorded, live]);
      cpu.push({ measured: coreShare(measured), baseline: coreShare(baseline) });
      disk.push({ measured: bytesAnHour(measured), baseline: bytesAnHour(baseline) });
    }
    return [
      comparison('recording a broadcast, CPU against packaging only', {
        unit: '% of a core',
        rounds: cpu,
        ratioAtMost: 1.1,
      }),
      comparison('  bytes written to the disk per hour', {
        unit: 'MB',
        rounds: disk,
        ratioAtMost: 1.05,
      }),
    ];
  } finally {
    for (const service of services) await service.stop();
    await film.remove();
  }
}

type Spent = Readonly<{ cpuUs: number; diskBytes: number; ms: number }>;

/** Returns the resource use of each service in a round. */
async function used([first, second]: readonly [ServedFilm, ServedFilm]): Promise<[Spent, Spent]> {
  const usage = async (service: ServedFilm) => ({
    ...(await service.used()),
    atMs: performance.now(),
  });
  const from = [await usage(first), await usage(second)] as const;
  await pause(ROUND_MS);
  const to = [await usage(first), await usage(second)] as const;
  return [spent(from[0], to[0]), spent(from[1], to[1])];
}

type Look = Used & Readonly<{ atMs: number }>;

const spent = (from: Look, to: Look): Spent => ({
  cpuUs: to.cpuUs - from.cpuUs,
  diskBytes: to.diskBytes - from.diskBytes,
  ms: to.atMs - from.atMs,
});

const coreShare = ({ cpuUs, ms }: Spent): number => cpuUs / 10 / ms / BROADCASTS;

const bytesAnHour = ({ diskBytes, ms }: Spent): number =>
  (diskBytes / ms / BROADCASTS) * (3_600_000 / 1_000_000);
