import { vi } from 'vitest';

const factor = Number(process.env.FUZZ_RUNS ?? 1);
vi.setConfig({ testTimeout: 120_000 * factor });

/**
 * Returns how many cases of a property to run: `base`, multiplied by FUZZ_RUNS if that is set.
 */
export const fuzzRuns = (base: number): number => base * factor;
