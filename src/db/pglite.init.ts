// Makes an empty database in the folder named by the argument; run as a process of its own, because
// initdb takes memory that a process never gives back. Keep this file free of local imports: tests and
// tools load it as .ts.
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/**
 * Builds the folder under a temporary name, so that an interrupted start leaves nothing half-made.
 * The name is unique to this process, because an interrupted one may still be running.
 */
async function initialize(dir: string): Promise<void> {
  const unfinished = `${dir}.new-${process.pid}`;
  for (const name of readdirSync(dirname(dir)))
    if (name.startsWith(`${basename(dir)}.new-`))
      rmSync(join(dirname(dir), name), { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const database = await PGlite.create({ dataDir: unfinished });
  await database.close();
  for (const path of readdirSync(unfinished, { recursive: true, encoding: 'utf8' }))
    finish(join(unfinished, path));
  sync(unfinished);
  renameSync(unfinished, dir);
  sync(dirname(dir));
}

/** Restricts permissions: PGlite creates world-writable files, whatever the umask. */
function finish(path: string): void {
  chmodSync(path, statSync(path).mode & 0o700);
  sync(path);
}

/** Calls fsync, which PGlite's file system does not. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const dir = process.argv[2];
if (dir === undefined) throw new Error('which folder?');
await initialize(dir);
