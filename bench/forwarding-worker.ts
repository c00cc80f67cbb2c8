import { setTimeout as wait } from 'node:timers/promises';
import { workerBin } from '../test/support/worker-bin.js';
import { CProgram } from './c-program.js';
import { FanOut } from './fan-out.js';
import { FrameClock } from './frame-clock.js';
import { VIEWERS, WARM_UP_MS } from './forwarding.js';
import { CannotRun, comparison, type Round, type Row } from './row.js';

const ROUNDS = 7;
const ROUND_MS = 1_500;
const RESUME_MS = 500;
const MANY = { viewers: 500, framesPerSecond: 4 };
const FRAME_SECONDS = 2;

/**
 * Compares the worker with the one at BENCH_WORKER_BEFORE: the CPU time per packet, and the time
 * until a whole frame reaches a viewer. The workers run one after the other, and take turns going
 * first.
 * @throws {CannotRun} if BENCH_WORKER_BEFORE isn't set
 */
export async function benchForwardingWorker(): Promise<Row[]> {
  const before = process.env['BENCH_WORKER_BEFORE'];
  if (!before) throw new CannotRun('BENCH_WORKER_BEFORE doesn’t name another media worker.');
  const name = 'against the other worker: CPU per packet to one of';
  return [
    await compareCpu(before, {
      name: `${name} ${VIEWERS} viewers`,
      viewers: VIEWERS,
      ratioAtMost: 0.55,
    }),
    await compareCpu(before, {
      name: `${name} ${MANY.viewers} viewers, ${MANY.framesPerSecond} frames/s`,
      ...MANY,
      ratioAtMost: 0.42,
    }),
    ...(await compareFrames(before)),
  ];
}

type Comparison = {
  name: string;
  viewers: number;
  framesPerSecond?: number;
  ratioAtMost: number;
};

async function compareCpu(
  before: string,
  { name, viewers, framesPerSecond, ratioAtMost }: Comparison,
): Promise<Row> {
  const other = await FanOut.create(viewers, { program: before, framesPerSecond });
  const own = await FanOut.create(viewers, { framesPerSecond });
  try {
    const rounds: Round[] = [];
    for (const one of [other, own]) await usPerPacket(one, WARM_UP_MS);
    for (let n = 0; n < ROUNDS; n += 1)
      rounds.push(
        await inTurns(
          n,
          () => usPerPacket(own),
          () => usPerPacket(other),
        ),
      );
    return comparison(name, { unit: 'µs', rounds, ratioAtMost });
  } finally {
    own.close();
    other.close();
  }
}

async function usPerPacket(fanOut: FanOut, durationMs = ROUND_MS): Promise<number> {
  fanOut.start();
  await wait(RESUME_MS);
  const before = await fanOut.usage();
  await wait(durationMs);
  const after = await fanOut.usage();
  fanOut.stop();
  return (after.cpuUs - before.cpuUs) / (after.packets - before.packets);
}

async function compareFrames(before: string): Promise<Row[]> {
  const program = await CProgram.compile('frame-delay', []);
  const clocks: FrameClock[] = [];
  try {
    for (const workerProgram of [before, workerBin()])
      clocks.push(await FrameClock.create(program, { viewers: VIEWERS, workerProgram }));
    const [other, own] = clocks;
    if (!other || !own) throw new Error('no workers');
    for (const clock of clocks) await clock.measure(1);
    const medians: Round[] = [];
    const tails: Round[] = [];
    for (let n = 0; n < ROUNDS; n += 1) {
      const round = await inTurns(
        n,
        () => own.measure(FRAME_SECONDS),
        () => other.measure(FRAME_SECONDS),
      );
      medians.push({ measured: round.measured.p50Us, baseline: round.baseline.p50Us });
      tails.push({ measured: round.measured.p99Us, baseline: round.baseline.p99Us });
    }
    const name = `against the other worker: a frame complete at one of ${VIEWERS} viewers`;
    return [
      comparison(`${name}, p50`, { unit: 'µs', rounds: medians, ratioAtMost: 0.6 }),
      comparison(`${name}, p99`, { unit: 'µs', rounds: tails, ratioAtMost: 0.6 }),
    ];
  } finally {
    for (const clock of clocks) clock.close();
    await program.remove();
  }
}

async function inTurns<T>(
  n: number,
  own: () => Promise<T>,
  other: () => Promise<T>,
): Promise<{ measured: T; baseline: T }> {
  if (n % 2 === 0) {
    const baseline = await other();
    return { measured: await own(), baseline };
  }
  const measured = await own();
  return { measured, baseline: await other() };
}
