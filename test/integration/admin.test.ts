import { beforeAll, describe, expect, it } from 'vitest';
import { FirstAdministrator } from '../../src/admin/first-administrator.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { AccountView } from '../../src/protocol/account.js';
import type { CreatedToken } from '../../src/protocol/account-tokens.js';
import type {
  AdminAccountList,
  AdminNodeList,
  AdminOverview,
  CreatedInvitation,
  InvitationList,
} from '../../src/protocol/admin.js';
import { INVITATIONS_MAX } from '../../src/protocol/limits.js';
import type { AdminEventList, SecurityEventList } from '../../src/protocol/security-event.js';
import { administrator, setupToken } from '../support/administrator.js';
import { databases, startTestApp } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { openSocket } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

const ROUTES = [
  ['GET', '/overview'],
  ['GET', '/accounts'],
  ['PATCH', '/accounts/00000000-0000-0000-0000-000000000000'],
  ['GET', '/channels'],
  ['GET', '/broadcasts'],
  ['GET', '/events'],
  ['POST', '/broadcasts/x/end'],
  ['GET', '/nodes'],
  ['POST', '/nodes/x/drain'],
  ['PUT', '/registration'],
  ['GET', '/invitations'],
  ['POST', '/invitations'],
  ['DELETE', '/invitations/00000000-0000-0000-0000-000000000000'],
] as const;

describe('the first start', () => {
  const server = useServer();
  const setUp = (token: string, username: string, password = PASSWORD) =>
    new HttpClient(server.url).post('/api/setup', { token, username, password });

  it('prints a link that creates the administrator once', async () => {
    const token = await setupToken(server);
    expect((await setUp(`${token}x`, 'eve')).error?.code).toBe('forbidden');
    expect((await setUp('', 'eve')).error?.code).toBe('forbidden');
    // A failed attempt doesn't use up the link.
    expect((await setUp(token, 'boss', 'password123')).error?.code).toBe('bad_request');
    const answers = await Promise.all([setUp(token, 'boss'), setUp(token, 'eve')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403]);
    const made = answers.find(({ status }) => status === 201);
    expect(made?.body).toMatchObject({ isAdmin: true });
    expect((await setUp(token, 'eve2')).error?.code).toBe('forbidden');
    expect(await server.app.get(FirstAdministrator).link()).toBeNull();
    const db = server.app.get(PrismaService);
    expect(await db.account.count({ where: { isAdmin: true } })).toBe(1);
  });
});

it('lets an existing account become the first administrator', async () => {
  const server = await startTestApp();
  try {
    const token = await setupToken(server);
    const client = await loggedIn(server.url, 'ann');
    const nobody = new HttpClient(server.url);
    expect((await nobody.post('/api/setup/claim', { token })).status).toBe(401);
    expect((await client.post('/api/setup/claim', { token: 'guess' })).status).toBe(403);
    expect((await client.post('/api/setup/claim', { token })).status).toBe(204);
    expect((await client.get('/api/me')).body).toMatchObject({ isAdmin: true });
    expect((await client.post('/api/setup/claim', { token })).status).toBe(403);
  } finally {
    await server.close();
  }
});

describe.each(databases)('administrators on %s', (database) => {
  const server = useServer({ database });
  let boss: HttpClient;
  let count = 0;
  const newName = () => `member-${(count += 1)}`;
  const accounts = async (search = '') =>
    (await boss.get(`/api/admin/accounts?search=${search}`)).body as AdminAccountList;
  const idOf = async (client: HttpClient) => ((await client.get('/api/me')).body as AccountView).id;
  const change = (id: string, body: object) =>
    boss.request('PATCH', `/api/admin/accounts/${id}`, { body });
  const setMode = (mode: string) =>
    boss.request('PUT', '/api/admin/registration', { body: { mode } });

  beforeAll(async () => {
    boss = await administrator(server);
  });

  it.each(ROUTES)('are the only ones answered: %s %s', async (method, path) => {
    const member = await loggedIn(server.url, newName());
    for (const [who, status] of [
      [member, 403],
      [new HttpClient(server.url), 401],
    ] as const)
      expect(
        (await who.request(method, `/api/admin${path}`, method === 'GET' ? {} : { body: {} }))
          .status,
      ).toBe(status);
  });

  it('have their actions logged in order', async () => {
    const client = await loggedIn(server.url, newName());
    const id = await idOf(client);
    const { username } = (await client.get('/api/me')).body as AccountView;
    await setMode('invitation');
    await setMode('open');
    await setMode('open');
    const { body: invitation } = await boss.post('/api/admin/invitations', { note: 'Barbara' });
    await boss.request('DELETE', `/api/admin/invitations/${(invitation as { id: string }).id}`, {});
    for (const body of [
      { isAdmin: true },
      { isAdmin: false },
      { isDisabled: true },
      { isDisabled: false },
      // This change has no effect, so it isn't logged.
      { isDisabled: false },
    ])
      await change(id, body);
    const list = (await boss.get('/api/admin/events')).body as AdminEventList;
    expect(list.slice(0, 9).map(({ kind, subject, by }) => [kind, subject, by])).toEqual([
      ['account_enabled', username, 'boss'],
      ['account_disabled', username, 'boss'],
      ['no_longer_administrator', username, 'boss'],
      ['made_administrator', username, 'boss'],
      ['invitation_removed', 'Barbara', 'boss'],
      ['invitation_made', 'Barbara', 'boss'],
      ['registration_changed', 'open', 'boss'],
      ['registration_changed', 'invitation', 'boss'],
      ['became_first_administrator', 'boss', 'boss'],
    ]);
    expect(list[6]?.count).toBe(2);
    const own = (await client.post('/api/auth/login', { username, password: PASSWORD })).status;
    expect(own).toBe(200);
    const { body } = await client.get('/api/account/events');
    expect((body as SecurityEventList).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['account_disabled', 'made_administrator']),
    );
  });

  it('are not named in the log after their account is deleted', async () => {
    const client = await loggedIn(server.url, newName());
    const { id, username } = (await client.get('/api/me')).body as AccountView;
    await change(id, { isAdmin: true });
    const body = { password: PASSWORD };
    expect((await client.request('DELETE', '/api/account', { body })).status).toBe(204);
    const list = (await boss.get('/api/admin/events')).body as AdminEventList;
    expect(list[0]).toMatchObject({ kind: 'own_account_deleted', by: 'deleted account' });
    expect(JSON.stringify(list)).not.toContain(username);
  });

  it('never create more invitations than allowed, even concurrently', async () => {
    const db = server.app.get(PrismaService);
    const { id: createdById } = (await boss.get('/api/me')).body as AccountView;
    const open = { usedAt: null, expiresAt: { gt: new Date() } };
    await db.invitation.createMany({
      data: Array.from(
        { length: INVITATIONS_MAX - 1 - (await db.invitation.count({ where: open })) },
        (_, n) => ({
          codeHash: new TextEncoder().encode(`full ${n}`),
          createdById,
          expiresAt: new Date(Date.now() + 1_000_000),
        }),
      ),
    });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => boss.post('/api/admin/invitations', {})),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ error }) => error?.code === 'conflict')).toHaveLength(5);
    expect(await db.invitation.count({ where: open })).toBe(INVITATIONS_MAX);
    await db.invitation.deleteMany({ where: open });
  });

  it('see the state of the service', async () => {
    const { body, status } = await boss.get('/api/admin/overview');
    const overview = body as AdminOverview;
    expect(status).toBe(200);
    expect(overview.counts.accounts).toBeGreaterThan(0);
    expect(overview.storage.database).toBeGreaterThan(1_000_000);
    expect(overview.health).toMatchObject({ problems: [] });
    expect(overview.limits.map(({ variable }) => variable)).toContain('CHANNELS_PER_ACCOUNT');
  });

  it('see one node with its load, which can’t be drained', async () => {
    const { body, status } = await boss.get('/api/admin/nodes');
    expect(status).toBe(200);
    const nodes = body as AdminNodeList;
    expect(nodes).toMatchObject([
      {
        url: null,
        state: 'running',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        load: { viewers: 0, webRtcViewers: 0, broadcasts: 0, outgoingBps: { webRtc: 0, hls: 0 } },
      },
    ]);
    const drain = (id = '') => boss.post(`/api/admin/nodes/${id}/drain`);
    expect((await drain(nodes[0]?.id)).error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Start another node first'),
    });
    expect((await drain('x')).error?.code).toBe('node_not_found');
    expect((await boss.get('/api/admin/nodes')).body).toMatchObject([{ state: 'running' }]);
    const { body: events } = await boss.get('/api/admin/events');
    expect((events as AdminEventList).map(({ kind }) => kind)).not.toContain('node_drained');
  });

  it('see accounts and channels without their secrets', async () => {
    const name = newName();
    const client = await loggedIn(server.url, name);
    await client.post('/api/channels', { name, title: 'T' });
    await client.request('PATCH', `/api/channels/${name}/access`, {
      body: { visibility: 'private' },
    });
    expect(await accounts(name)).toMatchObject([
      { username: name, channels: 1, isAdmin: false, isDisabled: false, secondFactor: false },
    ]);
    const { body } = await boss.get(`/api/admin/channels?search=${name}`);
    expect(body).toMatchObject([{ name, owner: name, visibility: 'private', isLive: false }]);
    expect(JSON.stringify([await accounts(), body])).not.toContain('argon2');
    expect((await boss.get('/api/admin/accounts?limit=1')).body).toHaveLength(1);
    expect((await boss.get('/api/admin/broadcasts')).body).toEqual([]);
    expect((await boss.post(`/api/admin/broadcasts/${name}/end`)).error?.code).toBe('not_live');
  });

  it('disable an account: all its connections end, and it cannot log in', async () => {
    const username = newName();
    const client = await loggedIn(server.url, username);
    const { token } = (
      await client.post('/api/account/tokens', {
        name: 'bot',
        scopes: ['chat:read'],
        expiresInDays: null,
        password: PASSWORD,
      })
    ).body as CreatedToken;
    const authorization = `Bearer ${token}`;
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sockets = [
      await openSocket(server.url, { cookie }),
      await openSocket(server.url, { authorization }),
    ];
    const closed = sockets.map(
      (socket) => new Promise<void>((resolve) => void socket.once('disconnect', () => resolve())),
    );
    const id = await idOf(client);
    expect((await change(id, { isDisabled: true })).status).toBe(204);
    await Promise.all(closed);
    expect((await client.get('/api/me')).status).toBe(401);
    const bot = new HttpClient(server.url);
    expect((await bot.get('/api/me', { headers: { authorization } })).status).toBe(401);
    const back = { username, password: PASSWORD };
    expect((await client.post('/api/auth/login', back)).error?.code).toBe('account_disabled');
    // Only someone with the password learns why the login fails.
    const guess = { username, password: 'a guess' };
    expect((await client.post('/api/auth/login', guess)).error?.code).toBe('wrong_credentials');

    expect((await change(id, { isDisabled: false })).status).toBe(204);
    expect((await client.post('/api/auth/login', back)).status).toBe(200);
  });

  it('appoint and dismiss other administrators, with immediate effect', async () => {
    const client = await loggedIn(server.url, newName());
    const id = await idOf(client);
    await change(id, { isAdmin: true });
    const { body } = await client.post('/api/account/tokens', {
      name: 'monitor',
      scopes: ['admin'],
      expiresInDays: null,
      password: PASSWORD,
    });
    const headers = { authorization: `Bearer ${(body as CreatedToken).token}` };
    const asProgram = () => new HttpClient(server.url).get('/api/admin/overview', { headers });
    expect((await client.get('/api/admin/overview')).status).toBe(200);
    expect((await asProgram()).status).toBe(200);
    await change(id, { isAdmin: false });
    expect((await client.get('/api/admin/overview')).status).toBe(403);
    expect((await asProgram()).status).toBe(403);
  });

  it('cannot remove the last administrator', async () => {
    const own = await idOf(boss);
    expect((await change(own, { isAdmin: false })).error?.code).toBe('last_administrator');
    expect((await change(own, { isDisabled: true })).error?.code).toBe('conflict');
    const client = await loggedIn(server.url, newName());
    const id = await idOf(client);
    await change(id, { isAdmin: true });
    const both = await Promise.all([
      change(id, { isAdmin: false }),
      client.request('PATCH', `/api/admin/accounts/${own}`, { body: { isAdmin: false } }),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)[0]).toBe(204);
    const db = server.app.get(PrismaService);
    expect(await db.account.count({ where: { isAdmin: true } })).toBe(1);
    await db.account.update({ where: { id: own }, data: { isAdmin: true } });
    await db.account.update({ where: { id }, data: { isAdmin: false } });
  });

  it.each(['x', "'", '00000000-0000-0000-0000-000000000000'])(
    'get an error for account %s',
    async (id) => {
      expect((await change(id, { isDisabled: true })).error?.code).toBe('account_not_found');
    },
  );

  describe('registration', () => {
    const register = (username: string, invitation?: string) =>
      new HttpClient(server.url).post('/api/auth/register', {
        username,
        password: PASSWORD,
        ...(invitation === undefined ? {} : { invitation }),
      });
    const codeIn = (link: string) => new URL(link).searchParams.get('invitation') ?? '';
    const invite = async (body: object = {}) =>
      (await boss.post('/api/admin/invitations', body)).body as CreatedInvitation;
    const list = async () => (await boss.get('/api/admin/invitations')).body as InvitationList;

    it('is open until it is closed', async () => {
      expect((await boss.get('/api/auth/options')).body).toMatchObject({ registration: 'open' });
      expect((await setMode('closed')).status).toBe(204);
      expect((await boss.get('/api/auth/options')).body).toMatchObject({ registration: 'closed' });
      expect((await register(newName())).error?.code).toBe('registration_closed');
      expect((await register(newName(), codeIn((await invite()).link))).status).toBe(403);
      await setMode('open');
      expect((await register(newName())).status).toBe(201);
      expect((await setMode('ajar')).error?.code).toBe('bad_request');
    });

    it('by invitation accepts each invitation for one account', async () => {
      await setMode('invitation');
      const { link, id } = await invite({ note: 'for Ann' });
      const code = codeIn(link);
      expect((await register(newName())).error?.code).toBe('invitation_needed');
      expect((await register(newName(), `${code}x`)).error?.code).toBe('invitation_needed');
      // A name that is taken doesn't use up the invitation.
      expect((await register('boss', code)).error?.code).toBe('username_taken');
      const answers = await Promise.all([1, 2, 3].map(() => register(newName(), code)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        201, 403, 403,
      ]);
      const made = answers.find(({ status }) => status === 201)?.body as AccountView;
      expect((await list()).find((one) => one.id === id)).toMatchObject({
        note: 'for Ann',
        isUsed: true,
        usedBy: made.username,
      });
      expect(JSON.stringify(await list())).not.toContain(code);
      await setMode('open');
    });

    it('rejects an expired or revoked invitation', async () => {
      await setMode('invitation');
      const db = server.app.get(PrismaService);
      const old = await invite();
      await db.invitation.update({ where: { id: old.id }, data: { expiresAt: new Date() } });
      const gone = await invite();
      expect((await boss.request('DELETE', `/api/admin/invitations/${gone.id}`, {})).status).toBe(
        204,
      );
      for (const { link } of [old, gone])
        expect((await register(newName(), codeIn(link))).error?.code).toBe('invitation_needed');
      await setMode('open');
    });
  });
});
