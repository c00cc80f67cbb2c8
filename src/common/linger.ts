/**
 * How long a broadcast's media remains available after its end, in milliseconds, for players that
 * are slightly behind.
 */
export const LINGER_MS = 30_000;
/** A margin for the delay between recording the end and removing the media. */
const MARGIN_MS = 5_000;

/** Returns the time after which a broadcast must have ended for its media to still be available. */
export function fetchableSince(nowMs: number): Date {
  return new Date(nowMs - LINGER_MS - MARGIN_MS);
}
