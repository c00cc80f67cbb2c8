/** A segment in a player's timeline, and when it was captured. */
export interface PlacedSegment {
  /** Seconds on the player's timeline. */
  start: number;
  duration: number;
  /** The server's time, milliseconds since 1970. */
  programDateTime: number | null;
}

/** How far from a segment's beginning a position may be to count as in it, seconds. */
const EDGE_S = 0.05;

/**
 * Where on the player's timeline something is that was captured at a time: what is nearest where there is
 * nothing of that time, null where nothing is known. Times between segments (an interruption) are the
 * beginning of the next.
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

/** When what is at a position was captured; beyond the last segment, as if that went on. */
export function capturedMs(segments: readonly PlacedSegment[], position: number): number | null {
  const segment =
    segments.findLast(({ start }) => start <= position) ??
    segments.find(({ programDateTime }) => programDateTime !== null);
  if (!segment || segment.programDateTime === null) return null;
  return segment.programDateTime + (position - segment.start) * 1_000;
}
