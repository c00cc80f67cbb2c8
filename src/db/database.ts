import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Log } from '../common/logger.js';
import { StartError } from '../common/start-error.js';
import type { Config } from '../config/config.js';
import { DirectoryInUseError, EmbeddedDatabase } from './embedded-database.js';
import { migrate, MIGRATIONS } from './migrate.js';
import { connectPool } from './postgres.js';
import { ServiceLock } from './service-lock.js';

/** The options; the last two are for tests. */
export type DatabaseOptions = {
  /** Whether nodes share the database; false by default. */
  isNode?: boolean;
  /**
   * The initial content of an in-memory database, as a tar of a data folder. With it, initdb isn't
   * run.
   */
  image?: Uint8Array | null;
  /** How long to wait for a PostgreSQL server that is still starting, in milliseconds. */
  patienceMs?: number;
};

/**
 * The database: the PostgreSQL server at DATABASE_URL if that is set, otherwise the embedded
 * database in DATA_DIR.
 */
export class Database {
  readonly pool: pg.Pool;
  readonly #embedded: EmbeddedDatabase | null;
  readonly #lock: ServiceLock | null;

  private constructor(pool: pg.Pool, owned: { embedded?: EmbeddedDatabase; lock?: ServiceLock }) {
    this.pool = pool;
    this.#embedded = owned.embedded ?? null;
    this.#lock = owned.lock ?? null;
  }

  /**
   * Connects, makes sure that no server outside this cluster uses the database, and applies new
   * migrations.
   * @throws {StartError} if the database can't be used; the message never contains the password
   */
  static async open(
    config: Config['data'],
    log: Log,
    { isNode = false, image = null, patienceMs }: DatabaseOptions = {},
  ): Promise<Database> {
    const startedAt = performance.now();
    const database =
      config.databaseUrl === null
        ? await Database.#embeddedIn(config.dir, image, log)
        : await Database.#at(config.databaseUrl, isNode, log, patienceMs);
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

  static async #at(
    url: string,
    isNode: boolean,
    log: Log,
    patienceMs: number | undefined,
  ): Promise<Database> {
    const pool = await connectPool(url, log, patienceMs);
    try {
      return new Database(pool, { lock: await ServiceLock.take({ url, isNode, log }) });
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  static async #embeddedIn(dataDir: string, image: Uint8Array | null, log: Log): Promise<Database> {
    const dir = dataDir === ':memory:' ? null : join(dataDir, 'pg');
    try {
      if (dir !== null && !existsSync(dir))
        log.info({ dir }, 'creating a new database, which takes a few seconds');
      const embedded = await EmbeddedDatabase.open(dir, image);
      void embedded.stopped.then((err) => {
        if (err.cause !== undefined)
          log.error({ err }, 'the embedded database has failed; restart Onair');
      });
      return new Database(new pg.Pool(embedded.poolConfig()), { embedded });
    } catch (cause) {
      throw new StartError(whyNotOpened(dataDir, cause), { cause });
    }
  }

  /** Whether other processes may use the database at the same time. */
  get isShared(): boolean {
    return this.#embedded === null;
  }

  /** Closes the database. Idempotent. */
  async close(): Promise<void> {
    if (this.pool.ending) return;
    await this.pool.end();
    await this.#embedded?.close();
    await this.#lock?.close();
  }
}

function whyNotOpened(dataDir: string, error: unknown): string {
  if (error instanceof DirectoryInUseError)
    return `Another instance of Onair is using the data folder ${dataDir}. Stop it, or give this one its own folder: DATA_DIR=./data-2 npm start`;
  const reason = error instanceof Error ? error.message : String(error);
  return `The embedded database in ${dataDir} failed to start: ${reason}`;
}
