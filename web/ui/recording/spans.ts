/** A continuous part of a recording. */
export interface Span {
  /** The position at which the span begins, in ms. */
  atMs: number;
  durationMs: number;
  /** The capture time of the span's beginning, in ms since 1970 on the server's clock. */
  wallMs: number;
}

/**
 * Returns the capture time of a position; null if nothing was recorded. The spans must be in the
 * order of the recording. For positions after the last span, the time is extrapolated.
 */
export function wallAt(spans: readonly Span[], positionMs: number): number | null {
  const span = spans.findLast(({ atMs }) => atMs <= positionMs) ?? spans[0];
  return span ? span.wallMs + Math.max(0, positionMs - span.atMs) : null;
}

/**
 * Returns the position of a capture time. In a gap, this is the beginning of the next span; after
 * the last span, it is that span's end. Null if nothing was recorded.
 */
export function positionAt(spans: readonly Span[], wallMs: number): number | null {
  const span = spans.find((each) => wallMs < each.wallMs + each.durationMs);
  if (span) return span.atMs + Math.max(0, wallMs - span.wallMs);
  const last = spans.at(-1);
  return last ? last.atMs + last.durationMs : null;
}
