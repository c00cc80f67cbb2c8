/** Most cameras' frame rate: a part target that holds a whole number of such frames wastes none of it. */
const USUAL_FPS = 30;
/** Playlists carry five digits of it. */
const DIGITS = 100_000;

/**
 * EXT-X-PART-INF's PART-TARGET for parts that are to be `partS` long, seconds: that, as a whole number
 * of frames, rounded up where the division doesn't come out even. 0.333 -> 0.33334.
 */
export function partTargetS(partS: number): number {
  const frames = Math.max(1, Math.round(partS * USUAL_FPS));
  // The small amount taken off keeps 0.1 from becoming 0.10001.
  return Math.ceil((frames / USUAL_FPS) * DIGITS - 1e-6) / DIGITS;
}
