import { Turns } from '../../common/turns.js';
import type { KeptPicture } from '../journal/journals.js';
import type { Vod, VodSpan } from './vod.js';

/** A preview image and the part of the recording for which it is shown. */
export type VodPreview = Readonly<{ startMs: number; endMs: number; file: string }>;

/** Maps preview images to playback positions. Each image applies until the next one. */
export async function previewsOf(
  vod: Vod,
  pictures: readonly KeptPicture[],
  turns: Turns = new Turns(),
): Promise<VodPreview[]> {
  const spans = vod.spans.toSorted((a, b) => a.wallMs - b.wallMs);
  const placed: { startMs: number; file: string }[] = [];
  for (const { file, wallMs } of pictures) {
    const startMs = placeIn(spans, wallMs);
    if (startMs !== null) placed.push({ startMs, file });
    if (turns.isOver) await turns.next();
  }
  placed.sort((a, b) => a.startMs - b.startMs);
  return placed.flatMap(({ startMs, file }, index) => {
    const endMs = placed[index + 1]?.startMs ?? vod.durationMs;
    return endMs > startMs ? { startMs: index === 0 ? 0 : startMs, endMs, file } : [];
  });
}

/** Returns the playback position of a wall-clock time; null if it was not recorded. */
export function positionOf({ spans }: Pick<Vod, 'spans'>, wallMs: number): number | null {
  const span = spans.find((one) => isIn(one, wallMs));
  return span ? positionIn(span, wallMs) : null;
}

/** Finds the position by binary search over spans in order. */
function placeIn(spans: readonly VodSpan[], wallMs: number): number | null {
  let [low, high] = [0, spans.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((spans[middle]?.wallMs ?? 0) <= wallMs) low = middle;
    else high = middle - 1;
  }
  const span = spans[low];
  return span && isIn(span, wallMs) ? positionIn(span, wallMs) : null;
}

const isIn = (span: VodSpan, wallMs: number): boolean =>
  wallMs >= span.wallMs && wallMs <= span.wallMs + span.durationMs;

const positionIn = (span: VodSpan, wallMs: number): number => span.atMs + wallMs - span.wallMs;

/**
 * Renders a WebVTT file with an image for each part. Its image paths are relative to the parent of
 * the folder `pictures`.
 */
export async function previewsVtt(
  previews: readonly VodPreview[],
  turns: Turns = new Turns(),
): Promise<Uint8Array> {
  const cues = ['WEBVTT\n'];
  for (const { startMs, endMs, file } of previews) {
    cues.push(`${time(startMs)} --> ${time(endMs)}\npictures/${file}\n`);
    if (turns.isOver) await turns.next();
  }
  return Buffer.from(cues.join('\n'));
}

/** Formats a time as specified by WebVTT, section 4.1: `01:02:03.450`. */
function time(ms: number): string {
  const whole = Math.round(ms);
  const two = (value: number): string => String(Math.floor(value) % 60).padStart(2, '0');
  const hours = String(Math.floor(whole / 3_600_000)).padStart(2, '0');
  const millis = String(whole % 1_000).padStart(3, '0');
  return `${hours}:${two(whole / 60_000)}:${two(whole / 1_000)}.${millis}`;
}
