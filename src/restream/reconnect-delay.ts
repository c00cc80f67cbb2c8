const MIN_MS = 1_000;
const MAX_MS = 30_000;
/** The fraction by which delays vary at random. */
const JITTER = 0.2;

/**
 * Returns the delay before the next connection, in milliseconds: one second after the first of
 * consecutive failures, then twice as long each time, up to half a minute.
 * @param failures the number of consecutive failures, starting at 1
 * @param random a number from 0 to 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const delayMs = Math.min(MAX_MS, MIN_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(delayMs * (1 - JITTER * random));
}
