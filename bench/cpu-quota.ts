import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PERIOD_US = 20_000;
const ROOT = '/sys/fs/cgroup';

/** Returns the root of the hierarchy with the cpu controller, and the files that set a quota. */
function hierarchy(quotaUs: number): { root: string; settings: Record<string, string> } {
  if (existsSync(join(ROOT, 'cgroup.controllers')))
    return { root: ROOT, settings: { 'cpu.max': `${quotaUs} ${PERIOD_US}` } };
  return {
    root: join(ROOT, 'cpu'),
    settings: { 'cpu.cfs_period_us': String(PERIOD_US), 'cpu.cfs_quota_us': String(quotaUs) },
  };
}

/** Limits the CPU time of one process through a control group. */
export class CpuQuota {
  readonly #root: string;
  readonly #group: string;

  private constructor(root: string, group: string) {
    this.#root = root;
    this.#group = group;
  }

  /**
   * Limits a process to a share of a core. Its children aren't limited.
   * @returns null if this process isn't allowed to change control groups
   */
  static async limit(pid: number, cores: number): Promise<CpuQuota | null> {
    const { root, settings } = hierarchy(Math.round(cores * PERIOD_US));
    const quota = new CpuQuota(root, join(root, `onair-bench-${randomUUID()}`));
    try {
      await mkdir(quota.#group);
      for (const [file, value] of Object.entries(settings))
        await writeFile(join(quota.#group, file), value);
      await writeFile(join(quota.#group, 'cgroup.procs'), String(pid));
      return quota;
    } catch {
      await rmdir(quota.#group).catch(() => undefined);
      return null;
    }
  }

  /** Removes the limit. The process may already have ended. */
  async release(): Promise<void> {
    const pids = (await readFile(join(this.#group, 'cgroup.procs'), 'utf8')).split('\n');
    for (const pid of pids.filter(Boolean))
      await writeFile(join(this.#root, 'cgroup.procs'), pid).catch(() => undefined);
    await rmdir(this.#group);
  }
}
