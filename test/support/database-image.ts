import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { EmbeddedDatabase } from '../../src/db/embedded-database.js';
import { migrate, MIGRATIONS } from '../../src/db/migrate.js';
import { migrationsId } from './migrations-id.js';

const CACHE = 'node_modules/.cache/onair';

/** Returns the path of an image: a tar archive of an embedded database's data folder. */
export type DatabaseImage = () => Promise<string>;

/**
 * An embedded database without tables. Loading it takes a third of the time that initdb does. It is
 * created once per PGlite version, and stored with the dependencies.
 */
export const emptyDatabaseImage: DatabaseImage = async () => {
  const file = join(CACHE, `empty-database-${await pgliteVersion()}.tar`);
  if (!existsSync(file)) await makeImage(file, () => Promise.resolve());
  return file;
};

/**
 * An embedded database with all tables and no rows, so that the service needn't create the tables
 * at every start. It is created once per set of migrations.
 */
export const migratedDatabaseImage: DatabaseImage = async () => {
  const file = join(
    CACHE,
    `migrated-database-${await pgliteVersion()}-${await migrationsId()}.tar`,
  );
  if (!existsSync(file)) await makeImage(file, applyMigrations);
  return file;
};

/** @param fill adds the initial content to a data folder that doesn't exist yet */
async function makeImage(file: string, fill: (dir: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'onair-image-'));
  try {
    const dir = join(folder, 'pg');
    await fill(dir);
    const database = await PGlite.create(dir);
    const image = await database.dumpDataDir('none');
    await database.close();
    await mkdir(CACHE, { recursive: true });
    // Test files that start at the same time may each create an image; all are alike, and the last
    // one stays.
    const unfinished = `${file}.${randomUUID()}`;
    await writeFile(unfinished, Buffer.from(await image.arrayBuffer()));
    await rename(unfinished, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function applyMigrations(dir: string): Promise<void> {
  const embedded = await EmbeddedDatabase.open(dir);
  const pool = new pg.Pool(embedded.poolConfig());
  try {
    await migrate(pool, MIGRATIONS);
  } finally {
    await pool.end();
    await embedded.close();
  }
}

async function pgliteVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile('node_modules/@electric-sql/pglite/package.json', 'utf8'),
  );
  return (manifest as { version: string }).version;
}
