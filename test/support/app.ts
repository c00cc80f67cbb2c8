import { readFile } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp } from '../../src/app.js';
import type { Config } from '../../src/config/config.js';
import { readConfig } from '../../src/config/read-config.js';
import { migratedDatabaseImage } from './database-image.js';
import { createDatabase } from './postgres-databases.js';
import { workerBin } from './worker-bin.js';

/**
 * The databases that tests can run on: always the embedded one, and PostgreSQL if it is configured.
 */
export const databases: readonly DatabaseKind[] = process.env.TEST_DATABASE_URL
  ? ['embedded', 'postgresql']
  : ['embedded'];
export type DatabaseKind = 'embedded' | 'postgresql';

export type TestAppOptions = {
  /** Environment variables that override the tests' defaults. */
  overrides?: Readonly<Record<string, string>>;
  /**
   * `postgresql`: a new database on the TEST_DATABASE_URL server, dropped at the end. This is the
   * default if that variable is set, because the embedded database takes a second of CPU time to
   * start.
   */
  database?: DatabaseKind;
  /** A folder of pages to serve instead of the web build. */
  webRoot?: string;
};

export type TestApp = {
  app: NestFastifyApplication;
  /** http://127.0.0.1:PORT */
  url: string;
  config: Config;
  close: () => Promise<void>;
};

/** Starts the real service on free ports with an empty database. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const kind = options.database ?? kindFor(options.overrides);
  const fresh = kind === 'postgresql' ? await createDatabase() : null;
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: ':memory:',
    RTC_PORT: '0',
    RTMP_PORT: '0',
    SRT_PORT: '0',
    RTC_WORKERS: '1',
    // All clients of a test share one address.
    ADDRESS_LIMIT_FACTOR: '1000',
    TRANSCODE: 'off',
    // Detecting GStreamer would take a second in each test file.
    MIX_MAX: '0',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    MEDIASOUP_WORKER_BIN: workerBin(),
    DATABASE_URL: fresh?.url,
    ...options.overrides,
  });
  const usesImage = config.data.databaseUrl === null && config.data.dir === ':memory:';
  const { app } = await startApp(config, {
    databaseImage: usesImage ? await readFile(await migratedDatabaseImage()) : null,
    ...(options.webRoot === undefined ? {} : { webRoot: options.webRoot }),
  });
  return {
    app,
    url: await app.getUrl(),
    config,
    close: async () => {
      await app.close();
      await fresh?.drop();
    },
  };
}

/** The kind of database for tests that don't choose one. */
function kindFor({ DATABASE_URL, DATA_DIR }: NonNullable<TestAppOptions['overrides']> = {}) {
  const isGiven = DATABASE_URL !== undefined || DATA_DIR !== undefined;
  return isGiven ? 'embedded' : databases.at(-1);
}
