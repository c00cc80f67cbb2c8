import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { AccountNames } from '../../src/auth/account-names.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { administrator } from '../support/administrator.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { ask, openSocket } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

const server = useServer();
let host: HttpClient;

beforeAll(async () => {
  await administrator(server, 'admin');
  host = await loggedIn(server.url, 'famous-host');
  await host.post('/api/channels', { name: 'famous-host' });
  await host.request('PATCH', '/api/account', { body: { displayName: 'Zoë the Great' } });
});

/** Returns the error code of a registration, or null if it succeeded. */
async function register(username: string): Promise<string | null> {
  const account = { username, password: PASSWORD };
  const answer = await new HttpClient(server.url).post('/api/auth/register', account);
  return answer.error?.code ?? null;
}

async function show(who: HttpClient, displayName: string): Promise<string | null> {
  const answer = await who.request('PATCH', '/api/account', { body: { displayName } });
  return answer.error?.code ?? null;
}

async function writeAs(guestName: string): Promise<string | null> {
  const socket = await openSocket(server.url);
  const message = { channel: 'famous-host', nonce: randomUUID(), text: 'hi', guestName };
  const reply = await ask(socket, 'chat:send', message);
  socket.disconnect();
  return reply.ok ? null : reply.error.code;
}

describe('a name that resembles another account’s', () => {
  it.each(['famous_host', 'famous-h0st', 'zoe-the-great'])(
    'is rejected as a username: %s',
    async (name) => {
      expect(await register(name)).toBe('username_taken');
    },
  );

  it.each(['fаmous-host', 'famοus-host', 'famous—host', 'FAMOUS HOST', 'Zoe The Great'])(
    'is rejected as a display name and as a guest name: %s',
    async (name) => {
      const other = await loggedIn(server.url, `other-${randomUUID().slice(0, 8)}`);
      expect(await show(other, name)).toBe('username_taken');
      // A guest name cannot contain a long dash.
      expect(await writeAs(name.replace('—', '-'))).toBe('guest_name_taken');
    },
  );

  it('is allowed for its own account, and available again once it is no longer shown', async () => {
    expect(await show(host, 'Famous Host')).toBeNull();
    expect(await show(host, 'The Host')).toBeNull();
    const other = await loggedIn(server.url, 'another');
    expect(await show(other, 'ZOË THE GREAT')).toBeNull();
    expect(await show(host, 'Zoë the Great')).toBe('username_taken');
    expect(await show(other, '')).toBeNull();
    expect(await show(host, 'Zoë the Great')).toBeNull();
    expect(await show(host, '')).toBeNull();
    expect(await register('the-host')).toBeNull();
  });

  it('is registered once when two request it at the same time', async () => {
    const codes = await Promise.all(['bill-1', 'bi11-l', 'biii_i'].map((name) => register(name)));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'username_taken')).toHaveLength(2);
  });
});

describe('a name that is reserved for the service', () => {
  it.each(['administrator', 'moderator', 'system', 'onair', '0nair', 'adm1n', 'support', 'studio'])(
    'is rejected as a username: %s',
    async (name) => {
      expect(await register(name)).toBe('username_taken');
    },
  );

  it('is rejected as a display name and as a guest name', async () => {
    const other = await loggedIn(server.url, 'third');
    for (const name of ['Administrator', 'Mоderator', 'S.y.s.t.e.m']) {
      expect(await show(other, name)).toBe('username_taken');
      expect(await writeAs(name)).toBe('guest_name_taken');
    }
    // A name that is also the name of a page gives no authority.
    expect(await show(other, 'Studio')).toBeNull();
  });
});

describe('accounts from before names were compared', () => {
  it('keep their names and can log in and rename; the first one owns the name', async () => {
    const db = server.app.get(PrismaService);
    const first = await db.account.create({ data: { username: 'twin-one' } });
    const second = await db.account.create({ data: { username: 'twin_one', displayName: 'Twin' } });
    await server.app.get(AccountNames).onApplicationBootstrap();
    await server.app.get(AccountNames).onApplicationBootstrap();
    const rows = await db.accountName.findMany({
      where: { accountId: { in: [first.id, second.id] } },
      orderBy: { skeleton: 'asc' },
      select: { accountId: true, isUsername: true },
    });
    expect(rows).toEqual([
      { accountId: second.id, isUsername: false },
      { accountId: first.id, isUsername: true },
    ]);
    expect(await register('twin-0ne')).toBe('username_taken');
    await db.account.delete({ where: { id: first.id } });
    // The next start assigns it to the other account.
    await server.app.get(AccountNames).onApplicationBootstrap();
    expect(await db.accountName.count({ where: { accountId: second.id } })).toBe(2);
  });
});
