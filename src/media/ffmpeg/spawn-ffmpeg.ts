import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { childEnvironment } from '../../config/child-environment.js';

/** What it may use, as a bound on what a hostile picture can make of it. */
export type FfmpegLimits = Readonly<{
  /** Address space, MiB: threads' stacks and libraries count, so it is far above what is used. */
  memoryMiB: number;
  /** Processor time; null: it runs as long as it is fed. */
  cpuSeconds: number | null;
}>;

export type FfmpegProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const OPEN_FILES_MAX = 64;

/**
 * Starts FFmpeg on what strangers send: without this service's environment, unable to open anything but
 * its own pipes or to write a file, and within bounds. It inherits no open file: Node opens all of them
 * close-on-exec.
 *
 * @param input options and the input's `-i`, before which no other address can be opened
 * @param output what comes after it
 */
export function spawnFfmpeg(
  program: string,
  { input, output }: { input: readonly string[]; output: readonly string[] },
  limits: FfmpegLimits,
): FfmpegProcess {
  const args = [
    ['-hide_banner', '-nostdin', '-loglevel', 'error'],
    ['-protocol_whitelist', 'pipe', ...input, ...output],
  ].flat();
  const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
  const env = childEnvironment();
  if (process.platform === 'win32') return spawn(program, args, { stdio, env });
  const child = spawn('/bin/sh', ['-c', script(limits), 'ffmpeg', program, ...args], {
    stdio,
    env,
  });
  // Also with the shell in front: it becomes FFmpeg.
  child.once('spawn', () => child.pid && lowerPriority(child.pid));
  return child;
}

/** A shell sets limits on every system that has one; those that a system lacks are left out. */
function script({ memoryMiB, cpuSeconds }: FfmpegLimits): string {
  const limits = [
    `ulimit -v ${memoryMiB * 1_024}`,
    `ulimit -n ${OPEN_FILES_MAX}`,
    'ulimit -f 0',
    'ulimit -c 0',
    ...(cpuSeconds === null ? [] : [`ulimit -t ${cpuSeconds}`]),
  ];
  return `{ ${limits.join('; ')}; } 2>/dev/null; exec "$@"`;
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}
