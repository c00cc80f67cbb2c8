/** Resource limits of a child process, which bound the damage that hostile media can do. */
export type ProcessLimits = Readonly<{
  /**
   * The limit on the address space, in MiB. It includes thread stacks and libraries, so it must far
   * exceed the memory actually used. Null for no limit.
   */
  memoryMiB: number | null;
  /**
   * The limit on CPU time, in seconds; null for a process that runs for as long as it receives
   * input.
   */
  cpuSeconds: number | null;
  openFiles: number;
}>;

/**
 * Returns a script for `/bin/sh -c` that sets limits and then becomes the program in its arguments,
 * which can't write files. It works on every system that has a shell. Limits that a system doesn't
 * support are skipped.
 */
export function limitScript({ memoryMiB, cpuSeconds, openFiles }: ProcessLimits): string {
  const limits = [
    ...(memoryMiB === null ? [] : [`ulimit -v ${memoryMiB * 1_024}`]),
    `ulimit -n ${openFiles}`,
    'ulimit -f 0',
    'ulimit -c 0',
    ...(cpuSeconds === null ? [] : [`ulimit -t ${cpuSeconds}`]),
  ];
  return `{ ${limits.join('; ')}; } 2>/dev/null; exec "$@"`;
}
