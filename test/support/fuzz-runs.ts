import fc from 'fast-check';
import { vi } from 'vitest';

const runs = process.env.FUZZ_RUNS;
const factor = Number(runs ?? 1);
vi.setConfig({ testTimeout: 120_000 * factor });
// The usual run must not fail by chance for a change that has nothing to do with it. Long runs,
// which look for unknown faults, try other cases each time.
if (runs === undefined) fc.configureGlobal({ seed: 1 });

/** Returns how many cases of a property to run: `base`, multiplied by FUZZ_RUNS if that is set. */
export const fuzzRuns = (base: number): number => base * factor;
