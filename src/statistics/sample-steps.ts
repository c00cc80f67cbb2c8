/** The length of a step, in milliseconds. */
export const STEP_MS = 10_000;
/** The number of steps in the first day, each of which has its own sample. */
const FINE_STEPS = 8_640;

/**
 * Returns how many steps the sample at a step covers: one on the first day, two on the second, four
 * on the next two, and so on. There are about 46,000 samples for a broadcast of one year.
 */
export function spanAt(step: number): number {
  return step < FINE_STEPS ? 1 : 2 ** (Math.floor(Math.log2(step / FINE_STEPS)) + 1);
}

/**
 * Returns the first step of the sample that contains a time.
 * @param elapsedMs the time since the broadcast's start
 */
export function sampleAt(elapsedMs: number): number {
  const step = Math.max(0, Math.floor(elapsedMs / STEP_MS));
  return step - (step % spanAt(step));
}
