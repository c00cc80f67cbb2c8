import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OnApplicationShutdown } from '@nestjs/common';
import { StartError } from './start-error.js';

const FILE = 'node.lock';
/** SQLite's code for a file that another connection has locked. */
const SQLITE_BUSY = 5;

/**
 * The exclusive right to use the data folder. Node has no API for file locks, so a lock on an empty
 * SQLite database is used (fcntl, or LockFileEx on Windows). The kernel releases it no matter how
 * the process ends. On a network file system, it also applies to other machines.
 */
export class FolderLock implements OnApplicationShutdown {
  private constructor(private readonly file: DatabaseSync) {}

  /**
   * Locks a folder, which must exist.
   * @throws {StartError} if another process uses the folder, or it can't be locked
   */
  static take(dir: string): FolderLock {
    let file: DatabaseSync | null = null;
    try {
      file = new DatabaseSync(join(dir, FILE));
      file.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
      return new FolderLock(file);
    } catch (cause) {
      file?.close();
      throw new StartError(whyNotLocked(dir, cause), { cause });
    }
  }

  /** Releases the folder. Idempotent. */
  release(): void {
    if (this.file.isOpen) this.file.close();
  }

  onApplicationShutdown(): void {
    this.release();
  }
}

function whyNotLocked(dir: string, error: unknown): string {
  if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)
    return `Another instance of Onair is using the data folder ${dir}. Stop it, or give this one its own folder: DATA_DIR=./data-2 npm start`;
  const reason = error instanceof Error ? error.message : String(error);
  return `The data folder ${dir} can't be locked: ${reason}`;
}
