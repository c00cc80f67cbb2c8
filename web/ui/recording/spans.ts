/** A stretch of a recording that was recorded without a break. */
export interface Span {
  /** Where it begins in the recording, milliseconds. */
  atMs: number;
  durationMs: number;
  /** The server's time when it was captured, milliseconds since 1970. */
  wallMs: number;
}

/**
 * When what is at a position was captured; null where nothing was recorded. Spans are in the order of the
 * recording. After the last one, time goes on.
 */
export function wallAt(spans: readonly Span[], positionMs: number): number | null {
  const span = spans.findLast(({ atMs }) => atMs <= positionMs) ?? spans[0];
  return span ? span.wallMs + Math.max(0, positionMs - span.atMs) : null;
}

/**
 * Where in the recording something is that happened at a time: what happened in a break is at the
 * beginning of the next span, what happened after the last one at its end.
 */
export function positionAt(spans: readonly Span[], wallMs: number): number | null {
  const span = spans.find((each) => wallMs < each.wallMs + each.durationMs);
  if (span) return span.atMs + Math.max(0, wallMs - span.wallMs);
  const last = spans.at(-1);
  return last ? last.atMs + last.durationMs : null;
}
