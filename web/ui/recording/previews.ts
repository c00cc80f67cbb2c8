/** A picture of a stretch of a recording. */
export interface Preview {
  startMs: number;
  endMs: number;
  /** Its address, as the page can fetch it. */
  url: string;
}

/** So many are kept: one each 10 s of 24 hours, and some. What comes after them has the last one. */
const PREVIEWS_MAX = 10_000;

/** `1:02:03.450` or `02:03.450`, as WebVTT has times, in milliseconds; null for what is none. */
function timestampMs(text: string): number | null {
  // WebVTT 4.1: hours are optional, and have two digits or more; milliseconds have three.
  const match = /^(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})$/.exec(text);
  if (!match) return null;
  const [, hours = '0', minutes = '0', seconds = '0', millis = '0'] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + Number(millis);
}

/**
 * Reads a WebVTT file whose cues are addresses of pictures, relative to the file's own. Cues that are none
 * are left out.
 *
 * @param base the file's absolute address
 */
export function parsePreviews(text: string, base: string): readonly Preview[] {
  const previews: Preview[] = [];
  // WebVTT 4.1: a blank line ends a cue; lines end in any of the three ways.
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
  // After the time there may be settings of the cue.
  const endMs = timestampMs(end.split(/\s/)[0] ?? '');
  const url = URL.parse(lines[index + 1]?.trim() ?? '', base);
  if (startMs === null || endMs === null || !lines[index + 1] || !url) return null;
  // Nothing but the file's own origin has a recording's pictures.
  return url.origin === new URL(base).origin ? { startMs, endMs, url: url.href } : null;
}

/** The picture of a position: its own, or the last one before; null where there is none yet. */
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
