import { setTimeout as pause } from 'node:timers/promises';
import { fetchBytes } from '../test/support/fetched-playlist.js';
import type { SentFrame } from './hls-film-source.js';
import { Film, FRAMES_PER_SECOND } from './hls-film.js';
import { ServedFilm } from './hls-served.js';
import { fetchLive, playlistUrl, withPart } from './live-playlist.js';
import { comparison, figure, type Row } from './row.js';

const PARTS = 50;
/** The time after which code is compiled. */
const WARM_UP_MS = 8_000;
/** The maximum number of frames in a part; usually it has 10. */
const FRAMES_MAX = 11;
const RENDITION = 'video-2';

type FetchedPart = { lastFrame: number; atMs: number };
type PartDelay = { fromFirstMs: number; fromLastMs: number; durationMs: number };

/** Measures the time from sending a part's packets until a waiting client receives the part. */
export async function benchPartDelay(): Promise<Row[]> {
  const film = await Film.make();
  const served = await ServedFilm.start(film);
  try {
    await served.play();
    const playlist = await playlistUrl(served.url, RENDITION);
    await pause(WARM_UP_MS);
    const parts = await fetchParts(playlist, film);
    const frames = await served.framesSent();
    const delays = parts.slice(1).map((part, i) => delayOf(part, parts[i], frames));
    return rowsOf(delays.filter((delay) => delay !== null));
  } finally {
    await served.stop();
    await film.remove();
  }
}

/** Requests each part before it exists, as players do. */
async function fetchParts(playlist: string, film: Film): Promise<FetchedPart[]> {
  const parts: FetchedPart[] = [];
  let { next } = await fetchLive(playlist);
  while (parts.length < PARTS) {
    const bytes = await fetchBytes(next.url);
    const atMs = performance.timeOrigin + performance.now();
    parts.push({ lastFrame: film.lastFrameOf(bytes), atMs });
    ({ next } = await fetchLive(withPart(playlist, next)));
  }
  return parts;
}

/**
 * Returns the delay of a part, whose first frame is the one after the previous part's last frame.
 * Returns null if frames in between were lost or skipped, which happens on a busy machine.
 */
function delayOf(
  part: FetchedPart,
  before: FetchedPart | undefined,
  sent: readonly SentFrame[],
): PartDelay | null {
  const last = newest(sent, part);
  const previous = before ? newest(sent, before) : -1;
  const [firstSent, lastSent] = [sent[previous + 1], sent[last]];
  const frames = last - previous;
  if (!firstSent || !lastSent || frames <= 0 || frames > FRAMES_MAX) return null;
  return {
    fromFirstMs: part.atMs - firstSent.firstMs,
    fromLastMs: part.atMs - lastSent.lastMs,
    durationMs: (frames * 1_000) / FRAMES_PER_SECOND,
  };
}

/**
 * Returns the index of the most recent time that a part's last frame was sent before the part
 * arrived. Each frame is sent many times, because the film is repeated.
 */
function newest(sent: readonly SentFrame[], { lastFrame, atMs }: FetchedPart): number {
  return sent.findLastIndex(({ frame, lastMs }) => frame === lastFrame && lastMs < atMs);
}

function rowsOf(delays: readonly PartDelay[]): Row[] {
  return [
    comparison("a part can be fetched, from its first packet, against the part's duration", {
      unit: 'ms',
      rounds: delays.map(({ fromFirstMs, durationMs }) => ({
        measured: fromFirstMs,
        baseline: durationMs,
      })),
      ratioAtMost: 1.1,
    }),
    figure("from its last frame's last packet", {
      unit: 'ms',
      values: delays.map(({ fromLastMs }) => fromLastMs),
      atMost: null,
    }),
  ];
}
