import { expect, it } from 'vitest';
import type { Log } from '../common/logger.js';
import { ClockWatch } from './clock-watch.js';

/** A watch whose clocks the test controls. */
function watch() {
  let nowMs = 1_000_000;
  let databaseAheadMs = 0;
  let tookMs = 10;
  const logged: unknown[] = [];
  const log = {
    warn: ({ aheadMs }: { aheadMs: number }) => logged.push({ apart: aheadMs }),
    info: ({ aheadMs }: { aheadMs: number }) => logged.push({ agreesAgain: aheadMs }),
  };
  const nodes = {
    nowMs: async () => {
      nowMs += tookMs;
      return nowMs - tookMs / 2 + databaseAheadMs;
    },
  };
  return {
    clocks: new ClockWatch({ nodes, clock: { nowMs: () => nowMs }, log: log as unknown as Log }),
    logged,
    set: (aheadMs: number, queryMs = 10) => {
      databaseAheadMs = -aheadMs;
      tookMs = queryMs;
    },
  };
}

it('reports once that the clocks differ, and that they agree again', async () => {
  const { clocks, logged, set } = watch();
  await clocks.check();
  expect(logged).toEqual([]);
  for (const aheadMs of [2_000, 2_100]) {
    set(aheadMs);
    await clocks.check();
  }
  set(0);
  await clocks.check();
  set(-2_000);
  await clocks.check();
  expect(logged).toEqual([{ apart: 2_000 }, { agreesAgain: 0 }, { apart: -2_000 }]);
});

it('does not mistake a slow query for a difference', async () => {
  const { clocks, logged, set } = watch();
  set(400, 5_000);
  await clocks.check();
  expect(logged).toEqual([]);
});
