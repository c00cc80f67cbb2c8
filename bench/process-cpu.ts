import { readdir, readFile } from 'node:fs/promises';

/**
 * Returns the CPU time of another process so far, in microseconds, with the scheduler's nanosecond
 * precision (`ps` reports hundredths of a second). Excludes threads that have ended.
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

/** Returns {@link cpuUsOf} of a process and all its descendants. */
export async function cpuUsOfTree(pid: number): Promise<number> {
  const children = await childrenOf(pid);
  const [own, ...theirs] = await Promise.all([cpuUsOf(pid), ...children.map(cpuUsOfTree)]);
  return theirs.reduce((sum, us) => sum + us, own);
}

/** Each thread has the children that it started itself. */
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => ''),
    ),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}
