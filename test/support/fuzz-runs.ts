import { vi } from 'vitest';

const factor = Number(process.env.FUZZ_RUNS ?? 1);
vi.setConfig({ testTimeout: 120_000 * factor });

/**
 * Returns the number of runs of a property: `base` in `npm test`, times FUZZ_RUNS in a long run.
 */
export const fuzzRuns = (base: number): number => base * factor;
