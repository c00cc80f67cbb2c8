import { debuglog } from 'node:util';
import { workerBin } from '../test/support/worker-bin.js';
import { CProgram } from './c-program.js';
import { type Carried, PinnedWorker } from './pinned-worker.js';
import { CannotRun, comparison, figure, type Row } from './row.js';

/** NODE_DEBUG=bench prints each attempt. */
const debug = debuglog('bench');
const ROUNDS = 3;
const VIEWERS_MAX = 1_500;
const VIEWERS_START = 200;
const SECONDS = 2;
/** A number of viewers counts as too many after this number of failed attempts. */
const TRIES = 2;
/** The search ends when the lower and upper bounds differ by less than this share. */
const PRECISION = 0.03;
/** The frame must be complete at almost every viewer before the third frame after it is sent. */
const P99_MS_MAX = 100;
const IDLE_MIN = 0.02;
const RATIO_AT_LEAST = 1.8;

/** `viewers`: the number for a whole core, extrapolated if other processes used part of it. */
type Found = { viewers: number; cpuUs: number };

/**
 * Searches for the maximum number of viewers that one core supports at 2.6 Mbit/s without losing a
 * packet, delivering frames late, or using the core fully. Compares it with that of another media
 * worker (BENCH_WORKER_BEFORE).
 * @throws {CannotRun} without a C compiler, or with a single core
 */
export async function benchCapacity(): Promise<Row[]> {
  if (process.platform !== 'linux') throw new CannotRun('It needs Linux.');
  const clients = await CProgram.compile('viewers', ['crypto'], ['srtcp', 'transport-feedback']);
  const searches: Search[] = [];
  try {
    const own = workerBin() ?? null;
    const before = process.env['BENCH_WORKER_BEFORE'];
    const start = async (program: string | null, estimated: boolean) => {
      const options = { clients, viewersMax: VIEWERS_MAX, estimated };
      const search = new Search(await PinnedWorker.start(program, options));
      searches.push(search);
      return search;
    };
    const estimated = await start(own, true);
    const plain = await start(own, false);
    const other = before ? await start(before, true) : null;
    for (let n = 0; n < ROUNDS; n += 1)
      for (const search of n % 2 === 0 ? searches : searches.toReversed()) await search.run();
    return [
      ...rowsOf('with bandwidth estimation', estimated, other),
      ...rowsOf('broadcast of one layer', plain, other),
    ];
  } finally {
    for (const search of searches) search.close();
    await clients.remove();
  }
}

function rowsOf(what: string, { found }: Search, other: Search | null): Row[] {
  const viewers = `viewers that one core carries at 2.6 Mbit/s, ${what}`;
  const cpu = `CPU of the media worker per packet at this number, ${what}`;
  const ofFound = (key: keyof Found) => found.map((one) => one[key]);
  if (other === null)
    return [
      figure(viewers, { unit: 'viewers', values: ofFound('viewers'), atMost: null }),
      figure(cpu, { unit: 'µs', values: ofFound('cpuUs'), atMost: null }),
    ];
  const rounds = (key: keyof Found) =>
    found.map((one, n) => ({
      measured: one[key],
      baseline: other.found[n]?.[key] ?? Number.NaN,
    }));
  return [
    comparison(viewers, {
      unit: 'viewers',
      rounds: rounds('viewers'),
      ratioAtLeast: RATIO_AT_LEAST,
    }),
    comparison(cpu, { unit: 'µs', rounds: rounds('cpuUs') }),
  ];
}

/** Finds the number of viewers of one worker by bisection. */
class Search {
  readonly found: Found[] = [];
  readonly #worker: PinnedWorker;

  constructor(worker: PinnedWorker) {
    this.#worker = worker;
  }

  async run(): Promise<void> {
    let most: Found = { viewers: 0, cpuUs: Number.NaN };
    let carried = 0;
    let tooMany = VIEWERS_MAX + 1;
    for (let viewers = VIEWERS_START; tooMany - carried > Math.max(2, carried * PRECISION);) {
      const result = await this.#try(viewers);
      if (result) {
        carried = viewers;
        most = { viewers: viewers / result.available, cpuUs: result.cpuUs };
      } else {
        tooMany = viewers;
      }
      const isBracketed = tooMany <= VIEWERS_MAX;
      viewers = isBracketed
        ? Math.round((carried + tooMany) / 2)
        : Math.min(VIEWERS_MAX, carried * 2);
    }
    this.found.push(most);
  }

  close(): void {
    this.#worker.close();
  }

  /** Resolves with null if there are too many viewers. */
  async #try(viewers: number): Promise<Carried | null> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const carried = await this.#worker.carry(viewers, SECONDS);
      debug('%d viewers: %j', viewers, carried);
      const { lost, dropped, p99Ms, idle } = carried;
      if (lost === 0 && dropped === 0 && p99Ms <= P99_MS_MAX && idle >= IDLE_MIN) return carried;
    }
    return null;
  }
}
