const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/**
 * Returns the delay before the next attempt, in milliseconds: short at first, then doubling up to
 * ten seconds. Half of it is random, so that a restarted server's clients don't all return at the
 * same moment.
 *
 * @param failures the number of failed attempts since the last connection
 * @param random a number in [0, 1)
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return full * (0.5 + random / 2);
}
