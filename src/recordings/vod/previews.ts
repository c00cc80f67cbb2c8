import type { KeptPicture } from '../journal/journals.js';
import type { Vod } from './vod.js';

/** A picture of a stretch of what is played. */
export type VodPreview = Readonly<{ startMs: number; endMs: number; file: string }>;

/** Which picture is of which stretch: each up to the next one. */
export function previewsOf(vod: Vod, pictures: readonly KeptPicture[]): VodPreview[] {
  const placed = pictures
    .flatMap(({ file, wallMs }) => {
      const startMs = positionOf(vod, wallMs);
      return startMs === null ? [] : { startMs, file };
    })
    .toSorted((a, b) => a.startMs - b.startMs);
  return placed.flatMap(({ startMs, file }, index) => {
    const endMs = placed[index + 1]?.startMs ?? vod.durationMs;
    return endMs > startMs ? { startMs: index === 0 ? 0 : startMs, endMs, file } : [];
  });
}

/** Where something is that was captured at a time; null: that was not recorded. */
export function positionOf({ spans }: Vod, wallMs: number): number | null {
  const span = spans.find((one) => wallMs >= one.wallMs && wallMs <= one.wallMs + one.durationMs);
  return span ? span.atMs + wallMs - span.wallMs : null;
}

/** The text of a WebVTT file that names a picture for each stretch, beside the folder `pictures`. */
export function previewsVtt(previews: readonly VodPreview[]): string {
  const cues = previews.map(
    ({ startMs, endMs, file }) => `${time(startMs)} --> ${time(endMs)}\npictures/${file}\n`,
  );
  return ['WEBVTT\n', ...cues].join('\n');
}

/** As WebVTT 4.1 has it: `01:02:03.450`. */
function time(ms: number): string {
  const whole = Math.round(ms);
  const two = (value: number): string => String(Math.floor(value) % 60).padStart(2, '0');
  const hours = String(Math.floor(whole / 3_600_000)).padStart(2, '0');
  const millis = String(whole % 1_000).padStart(3, '0');
  return `${hours}:${two(whole / 60_000)}:${two(whole / 1_000)}.${millis}`;
}
