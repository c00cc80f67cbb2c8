import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { limitScript, type ProcessLimits } from '../../common/limit-script.js';
import { childEnvironment } from '../../config/child-environment.js';

/** FFmpeg's arguments and outputs. */
export type FfmpegArgs = Readonly<{
  /** The input options, and `-i` with the input. */
  input: readonly string[];
  /** The arguments after the input. */
  output: readonly string[];
  /** The number of outputs besides `pipe:1`; they are `pipe:3`, `pipe:4` and so on. */
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
 * to open anything except its own pipes or to write a file. It inherits no open files, because Node
 * opens all of them close-on-exec. It runs in its own session, so Ctrl-C in a terminal doesn't
 * reach it: when the server stops, running broadcasts still need FFmpeg's last frames.
 * @throws Error if the system can't start a process, for example because too many files are open
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
  if (!hasPipes(child)) {
    // Node reports the same failure later, when no caller listens.
    child.on('error', () => undefined);
    throw new Error('no process can be started, possibly because too many files are open');
  }
  // The shell replaces itself with FFmpeg, so this is FFmpeg's process id.
  child.once('spawn', () => child.pid && lowerPriority(child.pid, niceness));
  return child;
}

/** Whether a process has its pipes, which Node's types promise, but which are missing if it failed. */
function hasPipes({ stdin, stdout, stderr }: Partial<FfmpegProcess>): boolean {
  return Boolean(stdin && stdout && stderr);
}

function lowerPriority(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // The process has already ended.
  }
}
