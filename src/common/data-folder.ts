import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.js';

/** The permission bits of group and others. */
const OTHERS = 0o077;

/**
 * Creates the data folder, or removes the access of group and others to an existing one: they could
 * otherwise read private recordings and change the database. The folder itself is closed first,
 * which keeps everyone out. Each folder in it is closed after its contents, so a closed folder
 * needs no further check. The next start therefore completes the work of an interrupted one. Later
 * starts check only the few entries at the top level.
 * @throws {StartError} if the folder can't be created, or can't be closed because it belongs to
 *   another user or its file system doesn't support permissions
 */
export function closeDataFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    closeEntry(dir, statSync(dir));
    // Links at the top level are followed, because the operator created them, for example to store
    // recordings on a larger disk.
    for (const name of readdirSync(dir)) closeTree(join(dir, name), { follow: true });
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The data folder ${dir} can't be used: ${reason}`, { cause });
  }
}

function closeTree(path: string, { follow }: { follow: boolean }): void {
  const stats = follow ? statSync(path, { throwIfNoEntry: false }) : lstatSync(path);
  if (stats === undefined || (stats.mode & OTHERS) === 0) return;
  if (stats.isDirectory())
    for (const name of readdirSync(path)) closeTree(join(path, name), { follow: false });
  if (stats.isDirectory() || stats.isFile()) closeEntry(path, stats);
}

function closeEntry(path: string, before: Stats): void {
  // Windows doesn't support such permissions.
  if (process.platform === 'win32' || (before.mode & OTHERS) === 0) return;
  let after: Stats = before;
  try {
    // A handle is used, because the path could be replaced by a link between the check and the
    // change.
    const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = fstatSync(handle);
      if (found.ino !== before.ino || found.dev !== before.dev) throw new Error(`${path} changed`);
      fchmodSync(handle, found.mode & 0o7777 & ~OTHERS);
      after = fstatSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw new StartError(whyOpen(path, before), { cause });
  }
  // Some file systems accept the change without effect.
  if ((after.mode & OTHERS) !== 0) throw new StartError(whyOpen(path, before));
}

function whyOpen(path: string, { mode, uid }: Stats): string {
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  const owner =
    uid === process.getuid?.()
      ? 'and its file system does not store permissions. Set DATA_DIR to a folder on one that does.'
      : `and belongs to another user (id ${uid}). Run Onair as that user, or change the owner: chown -R ${process.getuid?.() ?? 'USER'} DATA_DIR`;
  return `${path} is open to other users of this machine (mode ${octal}), ${owner}`;
}
