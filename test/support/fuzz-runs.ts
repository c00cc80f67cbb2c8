import { vi } from 'vitest';

const factor = Number(process.env.FUZZ_RUNS ?? 1);
vi.setConfig({ testTimeout: 20_000 * factor });

/** How many runs a property gets: `base` in `npm test`, times the environment's FUZZ_RUNS in a long run. */
export const fuzzRuns = (base: number): number => base * factor;
