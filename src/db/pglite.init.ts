// Creates an empty database in the folder given as the argument. Runs as a separate process,
// because initdb allocates memory that is never released. This file must have no local imports:
// tests and tools load it as .ts.
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
 * Creates the folder under a temporary name, so that an interrupted start leaves no partial
 * database. The name is unique to this process, because the process left by an interrupted start
 * may still be running.
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

/** Restricts permissions, because PGlite creates world-writable files regardless of the umask. */
function finish(path: string): void {
  chmodSync(path, statSync(path).mode & 0o700);
  sync(path);
}

/** Calls fsync, because PGlite's file system doesn't. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const dir = process.argv[2];
if (dir === undefined) throw new Error('usage: pglite.init FOLDER');
await initialize(dir);
