import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ffmpegBin } from '../support/ffmpeg.js';

const exec = promisify(execFile);

export type FilmFormat = Readonly<{ width: number; height: number; fps: number; seconds: number }>;

/** A white picture and a beep in the first tenth of each second; one corner moves all the time. */
export const FLASH = "drawbox=color=white:t=fill:enable='lt(mod(t\\,1)\\,0.1)'";
const BEEP = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1)':sample_rate=48000";

/** Returns the FFmpeg inputs that generate the film while it plays. */
export function filmInputs({ width, height, fps }: Omit<FilmFormat, 'seconds'>): string[] {
  const background = `color=black:size=${width}x${height}:rate=${fps}`;
  const corner = `testsrc2=size=${width / 4}x${height / 4}:rate=${fps}`;
  const picture = `${background}[b];${corner}[c];[b][c]overlay=0:0,${FLASH}[out0]`;
  return ['-re', '-f', 'lavfi', '-i', picture, '-re', '-f', 'lavfi', '-i', BEEP];
}

/**
 * Returns the path of the film in `folder`. Its codecs add no delay: H.264 without B-frames, and
 * PCM.
 */
export async function filmFile(folder: string, format: FilmFormat): Promise<string> {
  const { width, height, fps, seconds } = format;
  const file = join(folder, `pcm-${width}x${height}-${fps}-${seconds}s.mkv`);
  if (existsSync(file)) return file;
  const unfinished = `${file}.unfinished.mkv`;
  const inputs = filmInputs(format).filter((arg) => arg !== '-re');
  await exec(ffmpegBin, [
    ...['-y', '-v', 'error', ...inputs, '-t', `${seconds}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '16', '-bf', '0', '-g', `${fps}`],
    ...['-pix_fmt', 'yuv420p', '-c:a', 'pcm_s16le', '-ac', '2', unfinished],
  ]);
  await rename(unfinished, file);
  return file;
}
