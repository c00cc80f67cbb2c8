import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { CProgram } from './c-program.js';
import { FanOut } from './fan-out.js';
import { comparison, type Round, type Row } from './row.js';

export const VIEWERS = 50;
const ROUNDS = 5;
const ROUND_SECONDS = 2;
/** The time until the bandwidth estimation has settled. */
export const WARM_UP_MS = 3_000;
/** The time after a pause until frames arrive evenly again. */
const RESUME_MS = 500;

const Sent = z.object({ packets: z.number().positive(), cpuUs: z.number().positive() });

/**
 * Measures the worker's CPU time per packet and viewer, compared with only encrypting and sending
 * the packet.
 */
export async function benchForwarding(): Promise<Row[]> {
  const bare = await CProgram.compile('encrypt-send', ['crypto']);
  const fanOut = await FanOut.create(VIEWERS);
  try {
    fanOut.start();
    await wait(WARM_UP_MS);
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i += 1) rounds.push(await measureRound(fanOut, bare));
    return [
      comparison(`forwarding one packet to one of ${VIEWERS} viewers, CPU`, {
        unit: 'µs',
        rounds,
        ratioAtMost: 1.4,
      }),
    ];
  } finally {
    fanOut.close();
    await bare.remove();
  }
}

/** The baseline sends packets of the same size, in the same bursts, to the same sockets. */
export async function measureRound(fanOut: FanOut, bare: CProgram): Promise<Round> {
  fanOut.start();
  await wait(RESUME_MS);
  const before = await fanOut.usage();
  await wait(ROUND_SECONDS * 1_000);
  const after = await fanOut.usage();
  fanOut.stop();
  const packets = after.packets - before.packets;
  const bytesEach = Math.round((after.bytes - before.bytes) / packets);
  const { packetsPerFrame, framesPerSecond } = fanOut.stream;
  const schedule = [bytesEach, packetsPerFrame, framesPerSecond, ROUND_SECONDS];
  const sent = Sent.parse(JSON.parse(await bare.run([...schedule, ...fanOut.ports])));
  return {
    measured: (after.cpuUs - before.cpuUs) / packets,
    baseline: sent.cpuUs / sent.packets,
  };
}
