/** How long what was to be fetched of a broadcast stays after it, milliseconds: for players that are a little behind. */
export const LINGER_MS = 30_000;
/** Ends are written down a little before the last of a broadcast is away. */
const MARGIN_MS = 5_000;

/** Of a broadcast that ended after this moment something may still be fetched. */
export function fetchableSince(nowMs: number): Date {
  return new Date(nowMs - LINGER_MS - MARGIN_MS);
}
