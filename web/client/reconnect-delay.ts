const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/**
 * How long to wait before the next attempt, milliseconds: short at first, then twice as long each
 * time, up to ten seconds. Half of it is by chance, so that the clients of a server that went away
 * don't all come back at one moment.
 *
 * @param failures attempts that failed since it was last connected
 * @param random in [0, 1)
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return full * (0.5 + random / 2);
}
