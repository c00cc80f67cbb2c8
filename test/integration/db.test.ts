import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StartError } from '../../src/common/start-error.js';
import { Database } from '../../src/db/database.js';
import { EmbeddedDatabase } from '../../src/db/embedded-database.js';
import { migrate } from '../../src/db/migrate.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { databases, startTestApp } from '../support/app.js';
import { emptyDatabaseImage } from '../support/database-image.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { createDatabase, createEmptyDatabase } from '../support/postgres-databases.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const log = pino({ level: 'silent' });
const folders: string[] = [];

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'onair-db-'));
  folders.push(dir);
  return dir;
}

afterAll(async () => {
  for (const dir of folders) await rm(dir, { recursive: true, force: true });
});

describe.each(databases)('on %s', (database) => {
  it('starts with all tables, and stops', async () => {
    const { app, close } = await startTestApp({ database });
    expect(await app.get(PrismaService).channel.count()).toBe(0);
    await close();
  });

  it('rolls back a transaction as a whole', async () => {
    const { app, close } = await startTestApp({ database });
    const db = app.get(PrismaService);
    const failed = db.$transaction(async (tx) => {
      await tx.account.create({ data: { username: 'ann', passwordHash: 'x' } });
      await tx.account.create({ data: { username: 'ann', passwordHash: 'x' } });
    });
    await expect(failed).rejects.toMatchObject({ code: 'P2002' });
    expect(await db.account.count()).toBe(0);
    await close();
  });

  describe('migrations', () => {
    let pool: pg.Pool;
    let dir: string;
    let end: () => Promise<void>;

    const add = async (name: string, sql: string) => {
      await mkdir(join(dir, name), { recursive: true });
      await writeFile(join(dir, name, 'migration.sql'), sql);
    };
    const tables = async () =>
      (
        await pool.query<{ name: string }>(
          `SELECT table_name AS name FROM information_schema.tables
            WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%' ORDER BY 1`,
        )
      ).rows.map(({ name }) => name);

    beforeAll(async () => {
      if (database === 'postgresql') {
        const { url, drop } = await createEmptyDatabase();
        pool = new pg.Pool({ connectionString: url });
        end = async () => {
          await pool.end();
          await drop();
        };
      } else {
        const embedded = await EmbeddedDatabase.open(
          null,
          await readFile(await emptyDatabaseImage()),
        );
        pool = new pg.Pool(embedded.poolConfig());
        end = async () => {
          await pool.end();
          await embedded.close();
        };
      }
      dir = await newFolder();
      await add('1_one', 'CREATE TABLE one (id int);');
      await add('2_two', 'CREATE TABLE two (id int); INSERT INTO two VALUES (1);');
    });
    afterAll(() => end());

    it('are applied in order, and once', async () => {
      expect(await migrate(pool, dir)).toEqual(['1_one', '2_two']);
      expect(await tables()).toEqual(['one', 'two']);
      expect(await migrate(pool, dir)).toEqual([]);
      await add('3_three', 'CREATE TABLE three (id int);');
      expect(await migrate(pool, dir)).toEqual(['3_three']);
    });

    it('leave nothing behind when they fail, and can be fixed', async () => {
      await add('4_four', 'CREATE TABLE four (id int); SELECT no_such_column;');
      await expect(migrate(pool, dir)).rejects.toThrow(
        /^The database migration 4_four failed: .*no_such_column/,
      );
      expect(await tables()).toEqual(['one', 'three', 'two']);
      await add('4_four', 'CREATE TABLE four (id int);');
      expect(await migrate(pool, dir)).toEqual(['4_four']);
    });

    it('are rejected when they were changed afterwards', async () => {
      await add('1_one', 'CREATE TABLE one (id bigint);');
      await expect(migrate(pool, dir)).rejects.toThrow(/1_one was changed after it was applied/);
    });
  });
});

describe('the embedded database', () => {
  const children: ChildProcess[] = [];
  let empty: string;

  beforeAll(async () => {
    empty = join(await newFolder(), 'pg');
    await (await EmbeddedDatabase.open(empty)).close();
  });
  /** Creates a folder with an empty database, to save the time for initdb. */
  async function prepared(): Promise<string> {
    const dir = await newFolder();
    await cp(empty, join(dir, 'pg'), { recursive: true });
    return dir;
  }
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /**
   * Runs test/support/insert-forever.mjs; resolves with its output when `isEnough` or when it has
   * exited.
   */
  async function insert(
    dir: string,
    {
      limit = Infinity,
      flags = [] as string[],
      isEnough = (_lines: string[]): boolean => false,
    } = {},
  ): Promise<string[]> {
    const script = ['test/support/insert-forever.mjs', dir, String(limit)];
    const child = spawn(process.execPath, ['--no-warnings', ...flags, ...script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const ended = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (isEnough(lines)) child.kill('SIGKILL');
    }
    await ended;
    return lines;
  }

  const acknowledged = (lines: string[]) =>
    lines.flatMap((line) => (line.startsWith('acknowledged ') ? [Number(line.split(' ')[1])] : []));

  it('loses nothing that it acknowledged when the process is killed', async () => {
    const dir = join(await prepared(), 'pg');
    const told: number[] = [];
    for (const enough of [40, 25, 60])
      told.push(
        ...acknowledged(
          await insert(dir, { isEnough: (lines) => acknowledged(lines).length >= enough }),
        ),
      );
    expect(told.length).toBeGreaterThanOrEqual(125);
    const embedded = await EmbeddedDatabase.open(dir);
    const pool = new pg.Pool(embedded.poolConfig());
    const { rows } = await pool.query<{ n: number }>('SELECT n FROM numbers');
    const kept = new Set(rows.map(({ n }) => n));
    expect(told.filter((n) => !kept.has(n))).toEqual([]);
    await pool.end();
    await embedded.close();
  });

  it('acknowledges nothing before it is on disk', async () => {
    const dir = join(await prepared(), 'pg');
    const flags = ['--import', new URL('../support/tell-fsync.mjs', import.meta.url).href];
    const lines = await insert(dir, { limit: 20, flags });
    const afterStart = lines.slice(lines.indexOf('started') + 1);
    const perInsert = afterStart
      .join(' ')
      .split(/acknowledged \d+/)
      .slice(0, 20);
    expect(perInsert).toHaveLength(20);
    for (const before of perInsert) expect(before).toContain('fsync');
  });

  it('recovers from an interrupted first start', async () => {
    const folder = await newFolder();
    const dir = join(folder, 'pg');
    const child = spawn(process.execPath, ['--no-warnings', 'src/db/pglite.init.ts', dir]);
    children.push(child);
    await expect
      .poll(async () => (await readdir(folder)).some((name) => name.startsWith('pg.new-')), {
        timeout: 30_000,
      })
      .toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const embedded = await EmbeddedDatabase.open(dir);
    await embedded.close();
    expect((await readdir(folder)).toSorted()).toEqual(['pg', 'pg.lock']);
  });

  it('belongs to one process at a time', async () => {
    const dir = await prepared();
    const config = { dir, databaseUrl: null };
    const first = await Database.open(config, log);
    const second = Database.open(config, log);
    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow(
      /Another instance of Onair is using the data folder .* DATA_DIR=/,
    );
    await first.close();
    const third = await Database.open(config, log);
    await third.close();
  });

  it('leaves no transaction or statement open when a client disconnects', async () => {
    const embedded = await EmbeddedDatabase.open(null, await readFile(await emptyDatabaseImage()));
    const pool = new pg.Pool(embedded.poolConfig());
    const client = await pool.connect();
    await client.query('CREATE TABLE t (id int)');
    await client.query({ name: 'mine', text: 'SELECT 1' });
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES (1)');
    client.release(true);
    expect((await pool.query('SELECT * FROM t')).rows).toEqual([]);
    expect((await pool.query({ name: 'mine', text: 'SELECT 2 AS n' })).rows).toEqual([{ n: 2 }]);
    await pool.end();
    await embedded.close();
  });
});

describe('an unavailable PostgreSQL', () => {
  it('aborts startup with a message that contains no password', async () => {
    const started = Database.open(
      { dir: ':memory:', databaseUrl: 'postgresql://ann:hunter2@127.0.0.1:1/onair' },
      log,
      { patienceMs: 0 },
    );
    await expect(started).rejects.toThrow(
      "The database postgresql://ann@127.0.0.1:1/onair can't be used: no server is listening at this address and port. (Set by DATABASE_URL.)",
    );
    await expect(started).rejects.not.toThrow(/hunter2/);
  });

  it.runIf(databases.includes('postgresql'))('reports which database is missing', async () => {
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    url.pathname = '/no_such_database';
    await expect(Database.open({ dir: ':memory:', databaseUrl: url.href }, log)).rejects.toThrow(
      /the database does not exist; create it first/,
    );
  });

  it.runIf(databases.includes('postgresql'))(
    'makes requests fail with a message, and needs no restart',
    async () => {
      const { url, drop } = await createDatabase();
      const proxy = await TcpProxy.to(url);
      const through = new URL(url);
      through.host = new URL(proxy.url).host;
      const server = await startTestApp({
        overrides: { DATABASE_URL: through.href, LOG_LEVEL: 'error' },
      });
      const client = await loggedIn(server.url, 'ann');

      proxy.goDown();
      const page = await client.get('/');
      expect(page.status).toBe(503);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.body).toContain('The database is unavailable');
      expect(await client.get('/api/channels')).toMatchObject({
        status: 503,
        error: { code: 'unavailable', retryAfterMs: 2_000 },
      });
      expect(await client.get('/readyz')).toMatchObject({
        status: 503,
        body: { problems: ['the database is not responding'] },
      });
      expect((await client.get('/healthz')).status).toBe(200);

      proxy.comeBack();
      await expect
        .poll(async () => (await client.get('/readyz')).status, { timeout: 30_000 })
        .toBe(200);
      expect((await new HttpClient(server.url).get('/api/channels')).status).toBe(200);
      await server.close();
      await proxy.close();
      await drop();
    },
  );
});
