/** A segment on a player's timeline, with its capture time. */
export interface PlacedSegment {
  /** Position on the player's timeline in seconds. */
  start: number;
  duration: number;
  /** The server time in milliseconds since 1970. */
  programDateTime: number | null;
}

/** Tolerance around a segment's start within which a position counts as inside it, in seconds. */
const EDGE_S = 0.05;

/**
 * The position on the player's timeline of a capture time, or the nearest one; null if nothing is
 * known. Times between segments (an interruption) map to the start of the next one.
 */
export function positionOf(segments: readonly PlacedSegment[], serverMs: number): number | null {
  let last: number | null = null;
  for (const { start, duration, programDateTime } of segments) {
    if (programDateTime === null) continue;
    const offsetS = (serverMs - programDateTime) / 1_000;
    if (offsetS < duration) return start + Math.max(EDGE_S, offsetS);
    last = start + duration - EDGE_S;
  }
  return last;
}

/** The capture time of a position; extrapolated beyond the last segment. */
export function capturedMs(segments: readonly PlacedSegment[], position: number): number | null {
  const segment =
    segments.findLast(({ start }) => start <= position) ??
    segments.find(({ programDateTime }) => programDateTime !== null);
  if (!segment || segment.programDateTime === null) return null;
  return segment.programDateTime + (position - segment.start) * 1_000;
}
