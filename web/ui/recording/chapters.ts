/** A part of a recording, from here on to the next. */
export interface Chapter {
  atMs: number;
  title: string;
}

/** The chapter of a position; null before the first. Chapters are in order. */
export function chapterAt(chapters: readonly Chapter[], positionMs: number): Chapter | null {
  return chapters.findLast(({ atMs }) => atMs <= positionMs) ?? null;
}

/** Where `?t=` says to begin, milliseconds, no further than the end: seconds, or `1h2m3s`. */
export function startOf(search: string, durationMs: number): number {
  const text = new URLSearchParams(search).get('t') ?? '';
  const match = /^(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7}(?:\.\d{1,3})?)s?)?$/.exec(text);
  if (!match) return 0;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  const startMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return Math.max(0, Math.min(startMs, durationMs));
}
