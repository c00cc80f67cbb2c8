import { beforeAll, describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { CreatedToken } from '../../src/protocol/account-tokens.js';
import type { SecurityEventKind, SecurityEventList } from '../../src/protocol/security-event.js';
import { SecurityLog } from '../../src/security-log/security-log.js';
import { databases } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { useServer } from '../support/fixtures/use-server.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';
const DAY_MS = 86_400_000;

describe.each(databases)('the security log of an account on %s', (database) => {
  const server = useServer({ database, overrides: { TRUST_PROXY: '1' } });
  let db: PrismaService;
  let count = 0;
  const newName = () => `logged-${(count += 1)}`;
  beforeAll(async () => {
    db = server.app.get(PrismaService);
  });

  const from = (address: string, userAgent = FIREFOX) => ({
    headers: { 'x-forwarded-for': address, 'user-agent': userAgent },
  });
  const events = async (client: HttpClient, query = '') =>
    (await client.get(`/api/account/events${query}`)).body as SecurityEventList;
  const kinds = async (client: HttpClient) => (await events(client)).map(({ kind }) => kind);
  const logIn = (username: string, password: string, options: ReturnType<typeof from>) =>
    new HttpClient(server.url).post('/api/auth/login', { username, password }, options);
  const idOf = async (username: string) =>
    (await db.account.findUniqueOrThrow({ where: { username } })).id;

  it('shows logins with network and device, but without the address', async () => {
    const username = newName();
    const client = await loggedIn(server.url, username);
    await logIn(username, PASSWORD, from('203.0.113.77'));
    await client.post('/api/auth/login', { username, password: PASSWORD }, from('203.0.113.78'));
    expect(await events(client)).toMatchObject([
      { kind: 'logged_in', network: '203.0.x.x', device: 'Firefox on Linux', count: 1 },
      { kind: 'new_device', network: '203.0.x.x', device: 'Firefox on Linux', count: 1 },
      { kind: 'registered' },
    ]);
    const stored = JSON.stringify(await db.securityEvent.findMany());
    expect(stored).not.toContain('203.0.113');
  });

  it('counts wrong passwords per hour and network, whatever the browser’s name', async () => {
    const username = newName();
    const client = await loggedIn(server.url, username);
    for (let n = 0; n < 6; n += 1)
      await logIn(username, 'a guess', from(`198.51.100.${n}`, `Bot${n}/1.0`));
    await expect
      .poll(async () => (await events(client)).filter(({ kind }) => kind === 'log_in_failed'))
      .toMatchObject([{ network: '198.51.x.x', device: '', count: 6 }]);
  });

  it('includes everything that grants access', async () => {
    const name = newName();
    const client = await loggedIn(server.url, name);
    await client.post('/api/channels', { name, title: '' });
    const access = (body: object) =>
      client.request('PATCH', `/api/channels/${name}/access`, { body });
    await access({ visibility: 'password', password: 'open sesame' });
    await access({ visibility: 'private' });
    await client.post(`/api/channels/${name}/stream-key`, {});
    await client.request('DELETE', `/api/channels/${name}/stream-key`, {});
    const { body } = await client.post('/api/account/tokens', {
      name: 'a script',
      scopes: ['channels:write'],
      expiresInDays: null,
      password: PASSWORD,
    });
    const { id, token } = body as CreatedToken;
    await new HttpClient(server.url).request('PATCH', `/api/channels/${name}/access`, {
      body: { visibility: 'public' },
      headers: { authorization: `Bearer ${token}` },
    });
    await client.request('DELETE', `/api/account/tokens/${id}`, {});
    await client.get('/api/account/export');
    await client.request('DELETE', `/api/channels/${name}`, {});
    const other = await logIn(name, PASSWORD, from('203.0.113.79'));
    expect(other.status).toBe(200);
    await client.request('PUT', '/api/account/password', {
      body: { current: PASSWORD, password: 'another fine battery' },
    });
    const list = await events(client);
    const said = list.map(({ kind, subject, detail }) => `${kind} ${subject} ${detail}`.trim());
    // Events of one transaction have the same time and no order.
    expect(said.toSorted()).toEqual(
      [
        'sessions_ended',
        'password_changed',
        'new_device',
        `channel_deleted ${name}`,
        'data_exported',
        'token_removed a script',
        `channel_visibility_changed ${name} public`,
        'token_made a script',
        `stream_key_removed ${name}`,
        `stream_key_made ${name}`,
        `channel_visibility_changed ${name} private`,
        `channel_password_changed ${name}`,
        `channel_visibility_changed ${name} password`,
        'registered',
      ].toSorted(),
    );
    const byToken = list.find(({ detail }) => detail === 'public');
    expect(byToken?.device).toBe('API token');
  });

  it('notifies the owner of guesses from their session', async () => {
    const client = await loggedIn(server.url, newName());
    await client.post('/api/account/second-factor/begin', { password: 'a guess' });
    await expect.poll(() => kinds(client)).toContain('proof_failed');
  });

  it('is readable only by its owner', async () => {
    expect((await new HttpClient(server.url).get('/api/account/events')).status).toBe(401);
    const one = await loggedIn(server.url, newName());
    const other = await loggedIn(server.url, newName());
    const ids = new Set((await events(one)).map(({ id }) => id));
    expect((await events(other)).some(({ id }) => ids.has(id))).toBe(false);
  });

  it('is paginated', async () => {
    const username = newName();
    const client = await loggedIn(server.url, username);
    for (const address of ['192.0.2.1', '198.51.100.1', '203.0.113.1'])
      await logIn(username, PASSWORD, from(address));
    const pages = [
      ...(await events(client, '?limit=2')),
      ...(await events(client, '?limit=2&offset=2')),
    ];
    expect(pages).toEqual(await events(client));
    expect(pages).toHaveLength(4);
  });

  /** Adds events of one kind, one per hour; the newest is an hour old. */
  async function fill(username: string, kind: SecurityEventKind, rows: number): Promise<void> {
    const accountId = await idOf(username);
    await db.securityEvent.createMany({
      data: Array.from({ length: rows }, (_, n) => {
        const at = new Date(Date.now() - (n + 1) * 3_600_000);
        const about = { subject: '', detail: '', network: '', device: '' };
        const times = { hour: at, firstAt: at, lastAt: at };
        return { id: crypto.randomUUID(), accountId, kind, count: 1, ...about, ...times };
      }),
    });
  }

  it('is limited, and failures do not displace other events', async () => {
    const username = newName();
    const client = await loggedIn(server.url, username);
    await fill(username, 'log_in_failed', 130);
    await fill(username, 'new_device', 300);
    await logIn(username, 'a guess', from('203.0.113.80'));
    await expect
      .poll(
        async () =>
          await db.securityEvent.count({
            where: { accountId: await idOf(username), kind: 'log_in_failed' },
          }),
      )
      .toBe(100);
    expect((await kinds(client)).filter((kind) => kind === 'registered')).toHaveLength(1);
    await logIn(username, PASSWORD, from('203.0.113.80'));
    const others = { accountId: await idOf(username), kind: { not: 'log_in_failed' } };
    expect(await db.securityEvent.count({ where: others })).toBe(250);
    expect((await kinds(client)).slice(0, 1)).toEqual(['new_device']);
  });

  it('retains events for 90 days', async () => {
    const username = newName();
    const client = await loggedIn(server.url, username);
    const accountId = await idOf(username);
    const lastAt = new Date(Date.now() - 91 * DAY_MS);
    await db.securityEvent.updateMany({ where: { accountId }, data: { lastAt } });
    expect(await events(client)).toEqual([]);
    await server.app.get(SecurityLog).sweep();
    expect(await db.securityEvent.count({ where: { accountId } })).toBe(0);
  });

  it('is written together with the action, or neither is', async () => {
    const name = newName();
    const client = await loggedIn(server.url, name);
    await client.post('/api/channels', { name, title: '' });
    await db.$executeRawUnsafe(
      "ALTER TABLE security_events ADD CONSTRAINT refuse CHECK (kind <> 'stream_key_made') NOT VALID",
    );
    try {
      expect((await client.post(`/api/channels/${name}/stream-key`, {})).status).toBe(500);
      const { streamKeyHash } = await db.channel.findUniqueOrThrow({ where: { name } });
      expect(streamKeyHash).toBeNull();
    } finally {
      await db.$executeRawUnsafe('ALTER TABLE security_events DROP CONSTRAINT refuse');
    }
  });
});
