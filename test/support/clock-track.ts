import { readClock } from './clock-picture.js';
import { EVERY_FRAME } from './ffmpeg-reader.js';
import { ffmpeg } from './ffmpeg.js';
import { samplesOf } from './mp4-samples.js';

/**
 * A mark that the publisher's clock left in a stream: its position on the stream's timeline, and
 * the time at which it was made.
 */
export type ClockMark = Readonly<{ mediaMs: number; madeMs: number }>;

/** A stream from a page with clockPublisherScript: its init section and consecutive segments. */
export type ClockStream = Readonly<{
  init: Uint8Array<ArrayBuffer>;
  media: readonly Uint8Array<ArrayBuffer>[];
}>;

const PICTURE = { width: 320, height: 180 };
const SAMPLE_RATE = 48_000;
/** Beeps have half of the full amplitude, and the hum between them one fiftieth. */
const BEEP_LEVEL = 0.2 * 2 ** 15;
const BETWEEN_BEEPS_S = 0.5;

/**
 * Reads the clock in each picture in which it is readable. The pictures must have been drawn at
 * most a few hours before `nowMs`.
 */
export async function pictureMarks(stream: ClockStream, nowMs: number): Promise<ClockMark[]> {
  const { width, height } = PICTURE;
  const filters = ['-vf', `extractplanes=y,scale=${width}:${height}`, '-pix_fmt', 'gray'];
  const args = ['-i', 'pipe:0', ...EVERY_FRAME, ...filters, '-f', 'rawvideo', '-'];
  const luma = await ffmpeg(args, bytesOf(stream));
  return samplesOf(stream.init, ...stream.media).flatMap(({ dts, timescale }, at) => {
    const bytes = luma.subarray(at * width * height, (at + 1) * width * height);
    const told = readClock({ ...PICTURE, luma: bytes }, nowMs);
    return told ? [{ mediaMs: (dts / timescale) * 1_000, madeMs: told.drawnMs }] : [];
  });
}

/**
 * Finds the starts of the beeps, which fall on whole seconds.
 * @param aboutMs when the stream's timeline began, in ms since 1970, accurate to half a second
 */
export async function beepMarks(stream: ClockStream, aboutMs: number): Promise<ClockMark[]> {
  const args = ['-i', 'pipe:0', '-ac', '1', '-ar', `${SAMPLE_RATE}`, '-f', 's16le', '-'];
  const sound = await ffmpeg(args, bytesOf(stream));
  const [first] = samplesOf(stream.init, ...stream.media);
  if (!first) return [];
  const beginMs = (first.dts / first.timescale) * 1_000;
  return onsetsOf(sound).map((at) => {
    const mediaMs = beginMs + (at / SAMPLE_RATE) * 1_000;
    return { mediaMs, madeMs: Math.round((aboutMs + mediaMs) / 1_000) * 1_000 };
  });
}

/**
 * Returns the positions at which the sound becomes loud, in samples. A beep at the very start
 * doesn't count.
 */
function onsetsOf(sound: Buffer): number[] {
  const onsets: number[] = [];
  let loudAt = 0;
  for (let at = 0; at * 2 < sound.length; at += 1) {
    if (Math.abs(sound.readInt16LE(at * 2)) < BEEP_LEVEL) continue;
    if (at - loudAt > BETWEEN_BEEPS_S * SAMPLE_RATE) onsets.push(at);
    loudAt = at;
  }
  return onsets;
}

/**
 * Returns the median difference between the time and the position of a mark, which is the start of
 * the timeline in ms since 1970.
 */
export function medianOffsetMs(marks: readonly ClockMark[]): number {
  const offsets = marks.map(({ mediaMs, madeMs }) => madeMs - mediaMs).toSorted((a, b) => a - b);
  return offsets[Math.floor(offsets.length / 2)] ?? Number.NaN;
}

const bytesOf = ({ init, media }: ClockStream) => Buffer.concat([init, ...media]);
