import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import pg from 'pg';
import type { Log } from '../common/logger.js';
import { StartError } from '../common/start-error.js';
import type { Config } from '../config/config.js';
import { DirectoryInUseError, EmbeddedDatabase } from './embedded-database.js';
import { migrate } from './migrate.js';
import { connectPool } from './postgres.js';

/** The same folder from src/db and from dist/db. */
export const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Options for tests. */
export type DatabaseOptions = {
  /**
   * The initial content of an in-memory database: a tar of a data folder, which saves creating it.
   */
  image?: Uint8Array | null;
  /** How long a start waits for a PostgreSQL that is itself starting. */
  patienceMs?: number;
};

/** PostgreSQL at DATABASE_URL, or else the embedded one under DATA_DIR. */
export class Database {
  readonly pool: pg.Pool;
  readonly #embedded: EmbeddedDatabase | null;

  private constructor(pool: pg.Pool, embedded: EmbeddedDatabase | null) {
    this.pool = pool;
    this.#embedded = embedded;
  }

  /**
   * Connects, and applies new migrations.
   * @throws {StartError} when the database is unusable; the message never contains its password
   */
  static async open(
    config: Config['data'],
    log: Log,
    { image = null, patienceMs }: DatabaseOptions = {},
  ): Promise<Database> {
    const startedAt = performance.now();
    const database =
      config.databaseUrl === null
        ? await Database.#embeddedIn(config.dir, image, log)
        : new Database(await connectPool(config.databaseUrl, log, patienceMs), null);
    database.pool.on('error', (err) => log.warn({ err }, 'an idle database connection was lost'));
    try {
      const applied = await migrate(database.pool, MIGRATIONS);
      log.info(
        {
          kind: database.#embedded === null ? 'postgresql' : 'embedded',
          migrations: applied.length,
          ms: Math.round(performance.now() - startedAt),
        },
        'database ready',
      );
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }

  static async #embeddedIn(dataDir: string, image: Uint8Array | null, log: Log): Promise<Database> {
    const dir = dataDir === ':memory:' ? null : join(dataDir, 'pg');
    try {
      if (dir !== null && !existsSync(dir))
        log.info({ dir }, 'making a new database, some seconds');
      const embedded = await EmbeddedDatabase.open(dir, image);
      void embedded.stopped.then((err) => {
        if (err.cause !== undefined)
          log.error({ err }, 'the embedded database failed: restart Onair');
      });
      return new Database(new pg.Pool(embedded.poolConfig()), embedded);
    } catch (cause) {
      throw new StartError(whyNotOpened(dataDir, cause), { cause });
    }
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    if (this.pool.ending) return;
    await this.pool.end();
    await this.#embedded?.close();
  }
}

function whyNotOpened(dataDir: string, error: unknown): string {
  if (error instanceof DirectoryInUseError)
    return `Another Onair is running on the data folder ${dataDir}. Stop it, or give this one a folder of its own: DATA_DIR=./data-2 npm start`;
  const reason = error instanceof Error ? error.message : String(error);
  return `The embedded database in ${dataDir} does not start: ${reason}`;
}
