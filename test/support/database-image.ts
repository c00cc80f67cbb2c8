import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const CACHE = 'node_modules/.cache/onair';

/**
 * Returns an empty embedded database for tests to start with, which takes a third of the time of
 * initdb. It is created once per version of PGlite and stored with the dependencies.
 */
export async function databaseImage(): Promise<Uint8Array> {
  return readFile(await databaseImageFile());
}

/** Returns the path of the image: a tar of a data folder. */
export async function databaseImageFile(): Promise<string> {
  const file = join(CACHE, `empty-database-${await pgliteVersion()}.tar`);
  if (!existsSync(file)) await makeImage(file);
  return file;
}

async function makeImage(file: string): Promise<void> {
  const database = await PGlite.create();
  const image = await database.dumpDataDir('none');
  await database.close();
  await mkdir(CACHE, { recursive: true });
  // Test files that start at the same time may each create one; all are alike, and the last one is
  // kept.
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, Buffer.from(await image.arrayBuffer()));
  await rename(unfinished, file);
}

async function pgliteVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile('node_modules/@electric-sql/pglite/package.json', 'utf8'),
  );
  return (manifest as { version: string }).version;
}
