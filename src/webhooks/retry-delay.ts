const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
/** The delays after the first attempt, the second attempt and so on; almost two days in total. */
const DELAYS_MS = [10 * S, MIN, 5 * MIN, 30 * MIN, 2 * H, 6 * H, 12 * H, 24 * H];
/** The fraction by which delays vary at random, so that a recovered receiver isn't flooded. */
const JITTER = 0.2;

/**
 * Returns the delay after a number of attempts, in milliseconds; null to give up.
 * @param random a number from 0 to 1
 */
export function retryDelayMs(attempts: number, random: number): number | null {
  const delayMs = DELAYS_MS[attempts - 1];
  return delayMs === undefined ? null : Math.round(delayMs * (1 + JITTER * (random - 0.5)));
}
