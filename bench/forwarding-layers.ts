import { setTimeout as wait } from 'node:timers/promises';
import { CProgram } from './c-program.js';
import { FanOut } from './fan-out.js';
import { measureRound, VIEWERS, WARM_UP_MS } from './forwarding.js';
import { comparison, type Round, type Row } from './row.js';

const ROUNDS = 5;
/** The viewers of a track with layers, and those of a track of one layer. */
const WAYS = ['layers', 'one layer'] as const;

/**
 * Measures the cost of a track's layers: the bandwidth is estimated only for their viewers. The
 * tracks take turns, and each is compared with the same C loop.
 */
export async function benchForwardingLayers(): Promise<Row[]> {
  const bare = await CProgram.compile('encrypt-send', ['crypto']);
  const [layers, one] = await Promise.all([
    FanOut.create(VIEWERS),
    FanOut.create(VIEWERS, { estimated: false }),
  ]);
  const fanOuts = { layers, 'one layer': one };
  const rounds: Record<(typeof WAYS)[number], Round[]> = { layers: [], 'one layer': [] };
  try {
    for (const way of WAYS) {
      fanOuts[way].start();
      await wait(WARM_UP_MS);
      fanOuts[way].stop();
    }
    for (let i = 0; i < ROUNDS; i += 1)
      for (const way of i % 2 === 0 ? WAYS : WAYS.toReversed())
        rounds[way].push(await measureRound(fanOuts[way], bare));
    const name = (way: string) => `forwarding one packet of a track with ${way}, CPU`;
    return [
      comparison(name('layers'), { unit: 'µs', rounds: rounds.layers }),
      comparison(name('one layer'), { unit: 'µs', rounds: rounds['one layer'], ratioAtMost: 1 }),
    ];
  } finally {
    layers.close();
    one.close();
    await bare.remove();
  }
}
