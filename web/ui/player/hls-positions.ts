/** A segment on a player's timeline, with its capture time. */
export interface PlacedSegment {
  /** The position on the player's timeline, in seconds. */
  start: number;
  duration: number;
  /** The capture time on the server's clock, in milliseconds since 1970. */
  programDateTime: number | null;
}

/** How far inside a segment a position at its edge is placed, in seconds. */
const EDGE_S = 0.05;

/**
 * Maps a capture time to its position on the player's timeline, or to the nearest position; null if
 * there are no segments. Times in a gap between segments, caused by an interruption, are mapped to
 * the start of the next segment.
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

/** Returns the capture time of a position. Beyond the last segment, it is extrapolated. */
export function capturedMs(segments: readonly PlacedSegment[], position: number): number | null {
  const segment =
    segments.findLast(({ start }) => start <= position) ??
    segments.find(({ programDateTime }) => programDateTime !== null);
  if (!segment || segment.programDateTime === null) return null;
  return segment.programDateTime + (position - segment.start) * 1_000;
}
