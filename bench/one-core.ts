import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CannotRun } from './row.js';

const run = promisify(execFile);

/**
 * Returns the core for the compared servers and their clients. On different cores, a request
 * sometimes costs the server up to twice as much, depending on where the kernel runs them.
 */
export async function theCore(): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8');
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? '0';
}

/**
 * Returns two cores, to keep a server and its clients apart.
 * @throws {CannotRun} if this machine has only one
 */
export async function twoCores(): Promise<[string, string]> {
  const status = await readFile('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '';
  const [first, second] = list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  });
  if (first === undefined || second === undefined) throw new CannotRun('It needs two cores.');
  return [first, second];
}

/** Pins a running process's main thread to {@link theCore}. */
export async function toTheCore(pid: number): Promise<void> {
  await pin(pid, await theCore());
}

/** Pins a running process's main thread to a core. */
export async function pin(pid: number, core: string): Promise<void> {
  await run('taskset', ['-c', '-p', core, String(pid)]);
}
