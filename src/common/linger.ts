/**
 * How long a broadcast's media remains available after its end, milliseconds, for players that are
 * a little behind.
 */
export const LINGER_MS = 30_000;
/** The end is recorded a little before the broadcast's last media is removed. */
const MARGIN_MS = 5_000;

/** Media of broadcasts that ended after this time may still be available. */
export function fetchableSince(nowMs: number): Date {
  return new Date(nowMs - LINGER_MS - MARGIN_MS);
}
