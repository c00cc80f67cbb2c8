import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ffmpegBin } from '../support/ffmpeg.js';
import { beepsLateS, onsetsOf } from '../support/flashes.js';

const exec = promisify(execFile);
const OUTPUT_MAX = 64 * 1_048_576;
const ffprobeBin = process.env.FFPROBE_BIN ?? 'ffprobe';
/** Extra time to save a live playlist before giving up. */
const LATE_MS = 30_000;
/** An interval longer than this many usual frame intervals counts as a gap. */
const GAP_FACTOR = 2.5;
/** The number of beeps by which the ends of two recordings of the same broadcast may differ. */
const SHIFT_MAX = 5;

/** The delay of beeps relative to flashes, in milliseconds. */
export type Sync = Readonly<{ medianMs: number; leastMs: number; mostMs: number; beeps: number }>;

/** The media that FFmpeg decoded from a file or playlist. */
export type Sight = Readonly<{
  /** The sizes, such as `640x360`; more than one if the size changes. */
  sizes: readonly string[];
  frames: number;
  framesPerSecond: number;
  /** The lengths of gaps between frames, in milliseconds. */
  gapsMs: readonly number[];
  /** The delay of each beep relative to its flash, in milliseconds. */
  lateMs: readonly number[];
}>;

/** Saves some seconds of a live playlist unchanged, starting with its oldest segment. */
export async function saveLive(url: string, file: string, seconds: number): Promise<void> {
  const args = ['-y', '-v', 'error', '-live_start_index', '0', '-i', url, '-t', `${seconds}`];
  await exec(ffmpegBin, [...args, '-c', 'copy', '-f', 'nut', file], {
    timeout: seconds * 1_000 + LATE_MS,
  });
}

/** Decodes a whole file or playlist. */
export async function sightOf(input: string): Promise<Sight> {
  const { stdout } = await exec(
    ffprobeBin,
    [
      ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=pts_time,width,height'],
      ...['-of', 'csv=p=0', input],
    ],
    { maxBuffer: OUTPUT_MAX },
  );
  // ffprobe chooses the order of the fields: the time is the field with a decimal point.
  const frames = stdout.split('\n').flatMap((line) => {
    const fields = line.split(',');
    const atS = Number(fields.find((field) => field.includes('.')));
    const [width, height] = fields.filter((field) => /^\d+$/.test(field));
    return Number.isNaN(atS) || height === undefined ? [] : [{ atS, size: `${width}x${height}` }];
  });
  const intervalsMs = frames
    .slice(1)
    .map(({ atS }, at) => (atS - (frames[at]?.atS ?? atS)) * 1_000);
  const usualMs = median(intervalsMs);
  return {
    sizes: [...new Set(frames.map(({ size }) => size))],
    frames: frames.length,
    framesPerSecond: usualMs > 0 ? 1_000 / usualMs : 0,
    gapsMs: intervalsMs.filter((oneMs) => oneMs > usualMs * GAP_FACTOR).map(Math.round),
    lateMs: await beepsLateMs(input),
  };
}

/** Returns an empty list if there is no audio or no video. */
async function beepsLateMs(input: string): Promise<number[]> {
  const onsets = await onsetsOf(input).catch(() => ({ flashesS: [], beepsS: [] }));
  return beepsLateS(onsets).map((one) => one * 1_000);
}

/** Returns null if no beep is near a flash. */
export function syncOf(lateMs: readonly number[]): Sync | null {
  if (lateMs.length === 0) return null;
  return {
    medianMs: median(lateMs),
    leastMs: Math.min(...lateMs),
    mostMs: Math.max(...lateMs),
    beeps: lateMs.length,
  };
}

export function describeSight({ sizes, frames, framesPerSecond, gapsMs, lateMs }: Sight): string {
  if (frames === 0) return 'no picture';
  const gaps = gapsMs.length === 0 ? 'no gaps' : `gaps of ${gapsMs.slice(0, 4).join(', ')} ms`;
  const size = sizes.join(' then ');
  return `${size}, ${framesPerSecond.toFixed(1)} frames/s, ${gaps}, ${describeSync(syncOf(lateMs))}`;
}

/**
 * Returns how much later each beep is than in the sender's own recording, which ends at nearly the
 * same beep. Delays in the sender itself affect both equally.
 */
export function lateAgainst(ownMs: readonly number[], lateMs: readonly number[]): number[] {
  const shifts = Array.from({ length: SHIFT_MAX + 1 }, (_, shift) => shift);
  const [best = []] = shifts
    .flatMap((shift) => [
      differences(lateMs.slice(0, lateMs.length - shift), ownMs),
      differences(lateMs, ownMs.slice(0, ownMs.length - shift)),
    ])
    .toSorted((a, b) => spreadOf(a) - spreadOf(b));
  return best;
}

/** Returns the differences, counted from the end, as far as both lists reach. */
function differences(values: readonly number[], others: readonly number[]): number[] {
  const length = Math.min(values.length, others.length);
  const to = others.slice(others.length - length);
  return values.slice(values.length - length).map((value, at) => value - (to[at] ?? value));
}

/** Returns the mean distance from the median; infinite if there are no values. */
function spreadOf(values: readonly number[]): number {
  if (values.length === 0) return Number.POSITIVE_INFINITY;
  const middle = median(values);
  const far = values.map((value) => Math.abs(value - middle));
  return far.reduce((sum, one) => sum + one, 0) / values.length;
}

export function describeSync(sync: Sync | null): string {
  if (sync === null) return 'no beeps';
  const [middle, least, most] = [sync.medianMs, sync.leastMs, sync.mostMs].map(signed);
  return `sound ${middle} ms (${least} to ${most})`;
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(0)}`;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
