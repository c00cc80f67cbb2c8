import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ffmpegBin } from '../support/ffmpeg.js';
import { beepsLateS, onsetsOf } from '../support/flashes.js';

const exec = promisify(execFile);
const OUTPUT_MAX = 64 * 1_048_576;
const ffprobeBin = process.env.FFPROBE_BIN ?? 'ffprobe';
/** A live playlist of which nothing more comes is given up so long after what was wanted of it. */
const LATE_MS = 30_000;
/** A frame that comes so much later than the usual one after it: a hole. */
const HOLE_FACTOR = 2.5;

/** How much later the beeps are than the flashes, milliseconds. */
export type Sync = Readonly<{ medianMs: number; leastMs: number; mostMs: number; beeps: number }>;

/** What FFmpeg finds in a file or playlist. */
export type Sight = Readonly<{
  /** Such as `640x360`; several where the size changes. */
  sizes: readonly string[];
  frames: number;
  framesPerSecond: number;
  /** Places where the next frame comes too late, and how long they are, milliseconds. */
  holesMs: readonly number[];
  /** How much later each beep is than its flash, milliseconds. */
  lateMs: readonly number[];
}>;

/** Saves so much of a live playlist, from the oldest that is there, without changing it. */
export async function saveLive(url: string, file: string, seconds: number): Promise<void> {
  const args = ['-y', '-v', 'error', '-live_start_index', '0', '-i', url, '-t', `${seconds}`];
  await exec(ffmpegBin, [...args, '-c', 'copy', '-f', 'nut', file], {
    timeout: seconds * 1_000 + LATE_MS,
  });
}

/** Reads all of a file or playlist, decoding it. */
export async function sightOf(input: string): Promise<Sight> {
  const { stdout } = await exec(
    ffprobeBin,
    [
      ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=pts_time,width,height'],
      ...['-of', 'csv=p=0', input],
    ],
    { maxBuffer: OUTPUT_MAX },
  );
  // Fields come in ffprobe's own order: the time is the one with a point.
  const frames = stdout.split('\n').flatMap((line) => {
    const fields = line.split(',');
    const atS = Number(fields.find((field) => field.includes('.')));
    const [width, height] = fields.filter((field) => /^\d+$/.test(field));
    return Number.isNaN(atS) || height === undefined ? [] : [{ atS, size: `${width}x${height}` }];
  });
  const gapsMs = frames.slice(1).map(({ atS }, at) => (atS - (frames[at]?.atS ?? atS)) * 1_000);
  const usualMs = median(gapsMs);
  return {
    sizes: [...new Set(frames.map(({ size }) => size))],
    frames: frames.length,
    framesPerSecond: usualMs > 0 ? 1_000 / usualMs : 0,
    holesMs: gapsMs.filter((gapMs) => gapMs > usualMs * HOLE_FACTOR).map(Math.round),
    lateMs: await beepsLateMs(input),
  };
}

/** None where there is no sound or no picture. */
async function beepsLateMs(input: string): Promise<number[]> {
  const onsets = await onsetsOf(input).catch(() => ({ flashesS: [], beepsS: [] }));
  return beepsLateS(onsets).map((one) => one * 1_000);
}

/** Null: there is no beep beside a flash. */
export function syncOf(lateMs: readonly number[]): Sync | null {
  if (lateMs.length === 0) return null;
  return {
    medianMs: median(lateMs),
    leastMs: Math.min(...lateMs),
    mostMs: Math.max(...lateMs),
    beeps: lateMs.length,
  };
}

export function describeSight({ sizes, frames, framesPerSecond, holesMs, lateMs }: Sight): string {
  if (frames === 0) return 'no picture';
  const holes = holesMs.length === 0 ? 'no holes' : `holes of ${holesMs.slice(0, 4).join(', ')} ms`;
  const size = sizes.join(' then ');
  return `${size}, ${framesPerSecond.toFixed(1)} frames/s, ${holes}, ${describeSync(syncOf(lateMs))}`;
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
