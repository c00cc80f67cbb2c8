import fc from 'fast-check';
import { vi } from 'vitest';

const runs = process.env.FUZZ_RUNS;
const factor = Number(runs ?? 1);
vi.setConfig({ testTimeout: 120_000 * factor });
// A normal run tries the same cases each time, so that it can't fail by chance on an unrelated
// change. Long runs search for unknown faults, so they try different cases each time.
if (runs === undefined) fc.configureGlobal({ seed: 1 });

/**
 * Returns the number of cases to run for a property: `base`, multiplied by FUZZ_RUNS if that is
 * set.
 */
export const fuzzRuns = (base: number): number => base * factor;
