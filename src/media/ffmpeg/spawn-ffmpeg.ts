import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { childEnvironment } from '../../config/child-environment.js';

/** Resource limits, which bound the damage that hostile media can do. */
export type FfmpegLimits = Readonly<{
  /**
   * The limit of the address space, in MiB. It includes thread stacks and libraries, so it must far
   * exceed the memory actually used.
   */
  memoryMiB: number;
  /** The limit of CPU time; null for a process that runs for as long as it receives input. */
  cpuSeconds: number | null;
}>;

export type FfmpegProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const OPEN_FILES_MAX = 64;

/**
 * Starts FFmpeg on untrusted media: within limits, without this service's environment, and unable
 * to open anything but its own pipes or to write a file. It inherits no open files, because Node
 * opens all of them close-on-exec. It has a session of its own, so that Ctrl-C in a terminal
 * doesn't reach it: a broadcast that ends with the server still needs its last pictures.
 * @param input the input's options and its `-i`
 * @param output the arguments after the input
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
    detached: true,
  });
  // The shell replaces itself with FFmpeg, so this is FFmpeg's process id.
  child.once('spawn', () => child.pid && lowerPriority(child.pid));
  return child;
}

/**
 * Sets the limits through a shell, which works on every system that has one. Limits that a system
 * lacks are skipped.
 */
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
    // The process has already ended.
  }
}
