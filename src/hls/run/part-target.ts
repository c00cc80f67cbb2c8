/**
 * The usual frame rate of cameras: a part target that holds a whole number of such frames is used
 * fully.
 */
const USUAL_FPS = 30;
/** Playlists give it with five decimal places. */
const DIGITS = 100_000;

/**
 * Returns EXT-X-PART-INF's PART-TARGET for parts of about `partS` seconds: a whole number of
 * frames, rounded up where the division is not exact. 0.333 -> 0.33334.
 */
export function partTargetS(partS: number): number {
  const frames = Math.max(1, Math.round(partS * USUAL_FPS));
  // The small amount subtracted keeps 0.1 from becoming 0.10001.
  return Math.ceil((frames / USUAL_FPS) * DIGITS - 1e-6) / DIGITS;
}
