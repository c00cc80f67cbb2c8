/** A preview image of a part of a recording. */
export interface Preview {
  startMs: number;
  endMs: number;
  /** The absolute URL. */
  url: string;
}

/**
 * The maximum number of previews: slightly more than one every 10 s for 24 hours. At later
 * positions, the last preview is used.
 */
const PREVIEWS_MAX = 10_000;

/**
 * Parses a WebVTT timestamp such as `01:02:03.450` or `02:03.450`, and returns it in ms; null if it
 * is invalid.
 */
function timestampMs(text: string): number | null {
  // WebVTT, section 4.1: hours are optional and have at least two digits; milliseconds have three.
  const match = /^(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})$/.exec(text);
  if (!match) return null;
  const [, hours = '0', minutes = '0', seconds = '0', millis = '0'] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + Number(millis);
}

/**
 * Parses a WebVTT file whose cues are image URLs relative to the file's own URL. Invalid cues are
 * omitted.
 *
 * @param base the file's absolute URL
 */
export function parsePreviews(text: string, base: string): readonly Preview[] {
  const previews: Preview[] = [];
  // WebVTT, section 4.1: a blank line ends a cue; lines end with CRLF, LF or CR.
  for (const block of text.replaceAll(/\r\n?/g, '\n').split(/\n{2,}/)) {
    if (previews.length === PREVIEWS_MAX) break;
    const preview = previewOf(block.split('\n'), base);
    if (preview) previews.push(preview);
  }
  return previews.toSorted((a, b) => a.startMs - b.startMs);
}

function previewOf(lines: readonly string[], base: string): Preview | null {
  const index = lines.findIndex((line) => line.includes('-->'));
  const [start = '', end = ''] = (lines[index] ?? '').split('-->').map((part) => part.trim());
  const startMs = timestampMs(start);
  // Cue settings may follow the time.
  const endMs = timestampMs(end.split(/\s/)[0] ?? '');
  const url = URL.parse(lines[index + 1]?.trim() ?? '', base);
  if (startMs === null || endMs === null || !lines[index + 1] || !url) return null;
  // Only images from the file's own origin are accepted.
  return url.origin === new URL(base).origin ? { startMs, endMs, url: url.href } : null;
}

/**
 * Returns the preview at a position: the last one that has begun, or the first if none has; null if
 * there are no previews.
 */
export function previewAt(previews: readonly Preview[], positionMs: number): Preview | null {
  let low = 0;
  let high = previews.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((previews[middle]?.startMs ?? 0) <= positionMs) low = middle + 1;
    else high = middle;
  }
  return previews[low - 1] ?? previews[0] ?? null;
}
