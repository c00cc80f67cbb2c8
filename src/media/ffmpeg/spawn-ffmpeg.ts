import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { limitScript, type ProcessLimits } from '../../common/limit-script.js';
import { childEnvironment } from '../../config/child-environment.js';

/** The arguments of FFmpeg, and its outputs. */
export type FfmpegArgs = Readonly<{
  /** The input's options and its `-i`. */
  input: readonly string[];
  /** The arguments after the input. */
  output: readonly string[];
  /** The number of outputs besides `pipe:1`; they are `pipe:3` and the following. */
  moreOutputs?: number;
  /** The process's niceness, if it isn't the lowest priority. */
  niceness?: number;
}>;

/** The limits of one FFmpeg process. */
export type FfmpegLimits = Omit<ProcessLimits, 'openFiles'>;

export type FfmpegProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const OPEN_FILES_MAX = 64;

/**
 * Starts FFmpeg on untrusted media: within limits, without this service's environment, and unable
 * to open anything but its own pipes or to write a file. It inherits no open files, because Node
 * opens all of them close-on-exec. It has a session of its own, so that Ctrl-C in a terminal
 * doesn't reach it, because a broadcast that ends because the server stops still needs the last
 * pictures from FFmpeg.
 */
export function spawnFfmpeg(
  program: string,
  { input, output, moreOutputs = 0, niceness = constants.priority.PRIORITY_LOW }: FfmpegArgs,
  limits: FfmpegLimits,
): FfmpegProcess {
  const args = [
    ['-hide_banner', '-nostdin', '-loglevel', 'error'],
    ['-protocol_whitelist', 'pipe', ...input, ...output],
  ].flat();
  const more = Array.from({ length: moreOutputs }, () => 'pipe' as const);
  const stdio: ['pipe', 'pipe', 'pipe', ...'pipe'[]] = ['pipe', 'pipe', 'pipe', ...more];
  const env = childEnvironment();
  if (process.platform === 'win32') return spawn(program, args, { stdio, env });
  const script = limitScript({ ...limits, openFiles: OPEN_FILES_MAX });
  const child = spawn('/bin/sh', ['-c', script, 'ffmpeg', program, ...args], {
    stdio,
    env,
    detached: true,
  });
  // The shell replaces itself with FFmpeg, so this is FFmpeg's process id.
  child.once('spawn', () => child.pid && lowerPriority(child.pid, niceness));
  return child;
}

function lowerPriority(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // The process has already ended.
  }
}
