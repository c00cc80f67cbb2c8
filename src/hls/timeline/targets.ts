/**
 * The usual frame rate of cameras. Parts can match the target exactly if it is a multiple of the
 * frame duration.
 */
const USUAL_FPS = 30;
/** Playlists give the part target with five decimal places. */
const DIGITS = 100_000;

/**
 * Returns the PART-TARGET of EXT-X-PART-INF for parts of about `partS` seconds: a whole number of
 * frames, rounded up if the division is not exact (0.333 becomes 0.33334).
 */
export function partTargetS(partS: number): number {
  const frames = Math.max(1, Math.round(partS * USUAL_FPS));
  // Subtracting a small amount keeps 0.1 from becoming 0.10001.
  return Math.ceil((frames / USUAL_FPS) * DIGITS - 1e-6) / DIGITS;
}

/** Returns EXT-X-TARGETDURATION for this intended segment duration; no segment is longer. */
export const targetDurationS = (segmentS: number): number => Math.ceil(segmentS) + 1;
