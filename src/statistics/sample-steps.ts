/** The step of the time grid of samples. */
export const STEP_MS = 10_000;
/** The number of steps (one day) with a sample each. */
const FINE_STEPS = 8_640;

/**
 * How many steps the sample at a step covers: one on the first day, two on the second, four on the
 * next two, and so on. A broadcast of a year has some 46,000 samples.
 */
export function spanAt(step: number): number {
  return step < FINE_STEPS ? 1 : 2 ** (Math.floor(Math.log2(step / FINE_STEPS)) + 1);
}

/**
 * The first step of the sample that contains a time.
 * @param elapsedMs since the broadcast's start
 */
export function sampleAt(elapsedMs: number): number {
  const step = Math.max(0, Math.floor(elapsedMs / STEP_MS));
  return step - (step % spanAt(step));
}
