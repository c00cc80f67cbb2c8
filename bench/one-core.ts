import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Returns the core for the compared servers and their clients: on different cores, a request
 * sometimes costs the server up to twice as much, depending on the kernel's placement.
 */
export async function theCore(): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8');
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? '0';
}

/** Pins a running process's main thread to {@link theCore}. */
export async function toTheCore(pid: number): Promise<void> {
  await run('taskset', ['-c', '-p', await theCore(), String(pid)]);
}
