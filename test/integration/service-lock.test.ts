import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError } from '../../src/common/start-error.js';
import { ServiceLock } from '../../src/db/service-lock.js';
import { startTestApp } from '../support/app.js';
import { TestNodes } from '../support/nodes.js';
import { createDatabase, type TestDatabase } from '../support/postgres-databases.js';

const log = pino({ level: 'silent' });

describe.skipIf(!process.env.TEST_DATABASE_URL)('a database on a PostgreSQL server', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  const take = (isNode: boolean) =>
    ServiceLock.take({ url: database.url, isNode, log, patienceMs: 0 });

  it('is used by one server, or by any number of nodes', async () => {
    const alone = await take(false);
    await expect(take(false)).rejects.toThrow(StartError);
    await expect(take(false)).rejects.toThrow(/is used by another server\. .*NODE_URL/);
    await expect(take(true)).rejects.toThrow(/is used by a server without NODE_URL/);
    await alone.close();
    const nodes = [await take(true), await take(true)];
    await expect(take(false)).rejects.toThrow(/is used by another server/);
    await nodes[0]?.close();
    await expect(take(false)).rejects.toThrow(/is used by another server/);
    await nodes[1]?.close();
    await (await take(false)).close();
  });

  it('is waited for until the server that used it has ended', async () => {
    const alone = await take(false);
    const next = ServiceLock.take({ url: database.url, isNode: true, log });
    await alone.close();
    const lock = await next;
    expect(lock).toBeInstanceOf(ServiceLock);
    await lock.close();
  });

  it('is not changed by a server that is refused', async () => {
    const server = await startTestApp({ overrides: { DATABASE_URL: database.url } });
    const refused = startTestApp({
      overrides: { DATABASE_URL: database.url, LOG_LEVEL: 'silent' },
    });
    await expect(refused).rejects.toThrow(/is used by another server/);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.close();
  });
});

describe.skipIf(!process.env.TEST_DATABASE_URL)('the database of a cluster', () => {
  it('refuses a server without NODE_URL', async () => {
    const nodes = await TestNodes.open();
    await nodes.start('node-1');
    const alone = startTestApp({
      overrides: { DATABASE_URL: nodes.databaseUrl, LOG_LEVEL: 'silent' },
    });
    await expect(alone).rejects.toThrow(/make both servers nodes of one service/);
    await nodes.close();
  });
});
