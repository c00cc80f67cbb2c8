import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const BALLAST = 'ballast';
/**
 * The sizes of the blocks that fill the disk. The remaining space, which is less than the smallest
 * block, is too little for a segment or a picture. Filling the disk byte by byte would take too
 * long.
 */
const STEPS_BYTES = [1_048_576, 65_536, 4_096, 512];

/** A disk of a few megabytes that a test can fill: a tmpfs, which only root can mount. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Returns whether this process can mount one. */
  static async isPermitted(): Promise<boolean> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-disk-'));
    const disk = await SmallDisk.mount(folder, 1).catch(() => null);
    await disk?.unmount();
    await rmdir(folder);
    return disk !== null;
  }

  /** Mounts one in a folder, which is created if needed. */
  static async mount(folder: string, megabytes: number): Promise<SmallDisk> {
    await mkdir(folder, { recursive: true });
    await exec('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    return new SmallDisk(folder);
  }

  /** Fills the disk completely. */
  async fill(): Promise<void> {
    for (const bytes of STEPS_BYTES) {
      const block = Buffer.alloc(bytes, 1);
      while (await this.#takes(block));
    }
  }

  /** Frees the space that {@link fill} took. */
  async empty(): Promise<void> {
    await rm(join(this.folder, BALLAST), { force: true });
  }

  async unmount(): Promise<void> {
    await exec('umount', ['--lazy', this.folder]);
  }

  async #takes(block: Buffer): Promise<boolean> {
    try {
      await appendFile(join(this.folder, BALLAST), block);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
      throw error;
    }
  }
}
