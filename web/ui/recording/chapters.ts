/** A chapter of a recording, which lasts until the next one. */
export interface Chapter {
  atMs: number;
  title: string;
}

/**
 * Returns the chapter at a position, or null before the first chapter. The chapters must be in
 * order.
 */
export function chapterAt(chapters: readonly Chapter[], positionMs: number): Chapter | null {
  return chapters.findLast(({ atMs }) => atMs <= positionMs) ?? null;
}

/**
 * Returns the start position from `?t=`, limited to the duration, in ms. The parameter is in
 * seconds, or in the form `1h2m3s`.
 */
export function startOf(search: string, durationMs: number): number {
  const text = new URLSearchParams(search).get('t') ?? '';
  const match = /^(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7}(?:\.\d{1,3})?)s?)?$/.exec(text);
  if (!match) return 0;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  const startMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return Math.max(0, Math.min(startMs, durationMs));
}
