import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The core for those that are compared and for who sends them requests: on another one each answer costs the server
 * up to twice as much, now and then, as the kernel places them.
 */
export async function theCore(): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8');
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? '0';
}

/** Holds a running process's main thread there. */
export async function toTheCore(pid: number): Promise<void> {
  await run('taskset', ['-c', '-p', await theCore(), String(pid)]);
}
