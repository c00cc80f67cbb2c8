import { readdir, readFile } from 'node:fs/promises';

/**
 * What a process of another program has used so far on processors, microseconds; to the nanosecond of the kernel's
 * scheduler, where `ps` counts hundredths of a second. Of threads that have ended, nothing.
 */
export async function cpuUsOf(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0'),
    ),
  );
  return times.reduce((sum, line) => sum + Number(line.split(' ')[0]), 0) / 1_000;
}
