import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate, MIGRATIONS } from '../../src/db/migrate.js';
import { migrationsId } from './migrations-id.js';

/** A database on the TEST_DATABASE_URL server. */
export type TestDatabase = Readonly<{
  /** The value of DATABASE_URL. */
  url: string;
  drop: () => Promise<void>;
}>;

/** Creates a database without tables. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create('template1');
}

/** Creates a database with all tables and no rows; this is faster than applying the migrations. */
export async function createDatabase(): Promise<TestDatabase> {
  template ??= prepareTemplate();
  return create(await template);
}

/** The database that {@link createDatabase} copies. */
let template: Promise<string> | undefined;

async function create(from: string): Promise<TestDatabase> {
  const name = `onair_test_${randomUUID().replaceAll('-', '')}`;
  await administer((server) => server.query(`CREATE DATABASE ${name} TEMPLATE ${from}`));
  return {
    url: urlOf(name),
    drop: () =>
      administer((server) => server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** Creates the template unless another process already has; resolves with its name. */
async function prepareTemplate(): Promise<string> {
  const name = `onair_template_${await migrationsId()}`;
  await administer(async (server) => {
    await server.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await server.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return;
    const unfinished = `${name}_${randomUUID().slice(0, 8)}`;
    await server.query(`CREATE DATABASE ${unfinished}`);
    const pool = new pg.Pool({ connectionString: urlOf(unfinished) });
    try {
      await migrate(pool, MIGRATIONS);
    } finally {
      await pool.end();
    }
    await server.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
  });
  return name;
}

function urlOf(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(work: (server: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('TEST_DATABASE_URL is not set');
  return server;
}
