import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ffmpegBin } from './ffmpeg.js';
import { EVERY_FRAME } from './ffmpeg-reader.js';

const exec = promisify(execFile);
const OUTPUT_MAX = 64 * 1_048_576;
/** If a frame, scaled to one pixel, is brighter than this, it is a flash. */
const WHITE = 128;
/** Slightly less than the silence between two beeps, which lasts nine tenths of a second. */
const SILENCE_S = 0.85;

/**
 * The times when flashes and beeps begin, in seconds. In the film they coincide (see `flashes` in
 * `Film`).
 */
export type Onsets = Readonly<{ flashesS: number[]; beepsS: number[] }>;

/** Reads the onsets from a file or a playlist with FFmpeg, which decodes all of it. */
export async function onsetsOf(input: string): Promise<Onsets> {
  const [frames, silences] = await Promise.all([
    run(['-i', input, '-map', '0:v:0', '-vf', 'scale=1:1,format=gray', ...EVERY_FRAME, ...FRAMES]),
    run(['-i', input, '-map', '0:a:0', '-af', 'silencedetect=noise=-30dB:d=0.3', ...NOTHING]),
  ]);
  const [, tick = '1/90000'] = /^#tb 0: (.*)$/m.exec(frames.stdout) ?? [];
  const [ticks = 1, perSecond = 90_000] = tick.split('/').map(Number);
  const lights = [...frames.stdout.matchAll(/^0, *-?\d+, *(-?\d+),.*0x([\da-f]+)$/gm)].map(
    ([, pts, sum]) => ({
      atS: (Number(pts) * ticks) / perSecond,
      // The Adler-32 of one byte, with FFmpeg's initial value of 0.
      isWhite: (Number.parseInt(sum!, 16) & 0xff) > WHITE,
    }),
  );
  return {
    flashesS: lights.flatMap(({ atS, isWhite }, index) =>
      isWhite && index > 0 && !lights[index - 1]!.isWhite ? [atS] : [],
    ),
    beepsS: [...silences.stderr.matchAll(/silence_end: ([\d.]+) \| silence_duration: ([\d.]+)/g)]
      // A silence that lasts until the end is not followed by a beep.
      .filter(([, , durationS]) => Number(durationS) > SILENCE_S)
      .map(([, atS]) => Number(atS)),
  };
}

/**
 * Returns how much later each beep is than the nearest flash, in seconds; negative if it is
 * earlier.
 */
export function beepsLateS({ flashesS, beepsS }: Onsets): number[] {
  return beepsS.flatMap((beepS) => {
    const nearest = flashesS.toSorted((a, b) => Math.abs(a - beepS) - Math.abs(b - beepS))[0];
    return nearest === undefined || Math.abs(nearest - beepS) > 0.5 ? [] : [beepS - nearest];
  });
}

const FRAMES = ['-f', 'framecrc', '-'];
const NOTHING = ['-f', 'null', '-'];

const run = (args: string[]) =>
  exec(ffmpegBin, ['-hide_banner', '-nostats', '-v', 'info', ...args], { maxBuffer: OUTPUT_MAX });
