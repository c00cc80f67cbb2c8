import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SessionService } from '../../src/auth/sessions/session.service.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { SessionList } from '../../src/protocol/account-sessions.js';
import type { CreatedToken, TokenList } from '../../src/protocol/account-tokens.js';
import { databases } from '../support/app.js';
import { type Answer, HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { ask, openSocket } from '../support/sockets.js';
import { stopClock } from '../support/stop-clock.js';
import { useServer } from '../support/fixtures/use-server.js';

const NEW_PASSWORD = 'wet paint on the stairs';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe.each(databases)('an account on %s', (database) => {
  const server = useServer({ database });
  let db: PrismaService;
  let count = 0;
  const newName = () => `person-${(count += 1)}`;
  const logIn = async (username: string, password = PASSWORD, headers = {}) => {
    const client = new HttpClient(server.url);
    const answer = await client.post('/api/auth/login', { username, password }, { headers });
    return { client, answer };
  };
  const change = (client: HttpClient, method: string, path: string, body?: unknown) =>
    client.request(method, `/api/account${path}`, body === undefined ? {} : { body });

  beforeAll(async () => {
    db = server.app.get(PrismaService);
  });

  describe('the display name', () => {
    it('is the username until another is chosen and after it is removed', async () => {
      const username = newName();
      const client = await loggedIn(server.url, username);
      const shown = async () => (await client.get('/api/me')).body as { displayName: string };
      expect((await shown()).displayName).toBe(username);
      const changed = await change(client, 'PATCH', '', { displayName: '  Ann Ünlü 🦊 ' });
      expect(changed).toMatchObject({
        status: 200,
        body: { username, displayName: 'Ann Ünlü 🦊' },
      });
      expect((await shown()).displayName).toBe('Ann Ünlü 🦊');
      await change(client, 'PATCH', '', { displayName: '' });
      expect((await shown()).displayName).toBe(username);
    });

    it('cannot be another account’s username, however it is written', async () => {
      await loggedIn(server.url, 'somebody');
      const client = await loggedIn(server.url, newName());
      for (const displayName of [
        'somebody',
        'SomeBody',
        'some body',
        'sómebody',
        'ｓｏｍｅｂｏｄｙ',
      ])
        expect(await change(client, 'PATCH', '', { displayName })).toMatchObject({
          status: 409,
          error: { code: 'username_taken' },
        });
    });

    it.each(['a\u202Eb', 'a\u0000b', 'a\nb', '\u200B', 'x'.repeat(41)])(
      'cannot contain invisible characters: %j',
      async (displayName) => {
        const client = await loggedIn(server.url, newName());
        expect((await change(client, 'PATCH', '', { displayName })).error?.code).toBe(
          'bad_request',
        );
      },
    );
  });

  describe('the password', () => {
    it('is changed with the old one, and ends all other sessions', async () => {
      const username = newName();
      const client = await loggedIn(server.url, username);
      const { client: elsewhere } = await logIn(username);
      const ended = server.app.get(SessionService).events.once('sessionEnded');
      const body = { current: PASSWORD, password: NEW_PASSWORD };
      expect((await change(client, 'PUT', '/password', body)).status).toBe(204);
      await ended;
      expect((await client.get('/api/me')).status).toBe(200);
      expect((await elsewhere.get('/api/me')).status).toBe(401);
      expect((await logIn(username)).answer.status).toBe(401);
      expect((await logIn(username, NEW_PASSWORD)).answer.status).toBe(200);
    });

    it.each([[undefined], ['not the old one']])(
      'isn’t changed if the old one is %s',
      async (current) => {
        const username = newName();
        const client = await loggedIn(server.url, username);
        const { client: elsewhere } = await logIn(username);
        const answer = await change(client, 'PUT', '/password', {
          current,
          password: NEW_PASSWORD,
        });
        expect(answer).toMatchObject({ status: 403, error: { code: 'wrong_password' } });
        expect((await elsewhere.get('/api/me')).status).toBe(200);
        expect((await logIn(username)).answer.status).toBe(200);
      },
    );

    it('revokes API tokens and stream keys when it is changed, unless they are kept', async () => {
      for (const [more, status] of [
        [{}, 401],
        [{ endTokens: false, removeStreamKeys: false }, 200],
      ] as const) {
        const name = newName();
        const client = await loggedIn(server.url, name);
        await client.post('/api/channels', { name, title: '' });
        await client.post(`/api/channels/${name}/stream-key`, {});
        const made = await client.post('/api/account/tokens', {
          name: 'a script',
          scopes: ['channels:read'],
          expiresInDays: null,
          password: PASSWORD,
        });
        const authorization = `Bearer ${(made.body as CreatedToken).token}`;
        const body = { current: PASSWORD, password: NEW_PASSWORD, ...more };
        expect((await change(client, 'PUT', '/password', body)).status).toBe(204);
        const asProgram = new HttpClient(server.url).get('/api/me', { headers: { authorization } });
        expect((await asProgram).status).toBe(status);
        const key = (await client.get(`/api/channels/${name}/stream-key`)).body;
        const hasKey = (key as { createdAt: string | null }).createdAt !== null;
        expect(hasKey).toBe(status === 200);
      }
    });

    it('cannot be guessed from a borrowed session', async () => {
      onTestFinished(stopClock());
      const client = await loggedIn(server.url, newName());
      const guess = { current: 'a guess', password: NEW_PASSWORD };
      let answer: Answer = await change(client, 'PUT', '/password', guess);
      for (let tries = 0; tries < 20 && answer.status === 403; tries += 1)
        answer = await change(client, 'PUT', '/password', guess);
      expect(answer).toMatchObject({ status: 429, error: { code: 'rate_limited' } });
    });

    it.each(['too short', 'password1234', 'qwertyuiop'])('cannot be %s', async (password) => {
      const client = await loggedIn(server.url, newName());
      const changed = await change(client, 'PUT', '/password', { current: PASSWORD, password });
      const made = await new HttpClient(server.url).post('/api/auth/register', {
        username: newName(),
        password,
      });
      for (const answer of [changed, made])
        expect(answer).toMatchObject({
          status: 400,
          error: { code: 'bad_request', issues: [{ path: 'password' }] },
        });
    });
  });

  it('lets its owner log in from a known device while strangers guess', async () => {
    onTestFinished(stopClock());
    const username = newName();
    const owner = await loggedIn(server.url, username);
    const stranger = new HttpClient(server.url);
    let answer = await stranger.post('/api/auth/login', { username, password: 'x' });
    for (let tries = 0; tries < 20 && answer.status === 401; tries += 1)
      answer = await stranger.post('/api/auth/login', { username, password: 'x' });
    expect(answer.status).toBe(429);
    await owner.post('/api/auth/logout');
    const back = { username, password: PASSWORD };
    expect((await owner.post('/api/auth/login', back)).status).toBe(200);
    // The cookie belongs to the device: another browser can't use it.
    const thief = new HttpClient(server.url);
    thief.cookies.set('onair_known', owner.cookies.get('onair_known') ?? '');
    expect((await thief.post('/api/auth/login', back)).status).toBe(429);
  });

  it('can be changed by its owner on a known device while strangers guess', async () => {
    const username = newName();
    const owner = await loggedIn(server.url, username);
    for (let tries = 0; tries < 12; tries += 1)
      await new HttpClient(server.url).post('/api/auth/login', { username, password: 'x' });
    const body = { current: PASSWORD, password: NEW_PASSWORD };
    expect((await change(owner, 'PUT', '/password', body)).status).toBe(204);
  });

  it('checks no more passwords in parallel than in sequence, however the path is written', async () => {
    onTestFinished(stopClock());
    const username = newName();
    await loggedIn(server.url, username);
    const guess = (path: string) =>
      new HttpClient(server.url).post(path, { username, password: 'a guess' });
    const answers = await Promise.all(
      ['/api/auth/login', '/api/%61uth/login'].flatMap((path) =>
        Array.from({ length: 20 }, () => guess(path)),
      ),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
  });

  describe('the list of sessions', () => {
    const list = async (client: HttpClient) =>
      (await client.get('/api/account/sessions')).body as SessionList;

    it('shows where the account is logged in, without addresses', async () => {
      const username = newName();
      const client = await loggedIn(server.url, username);
      await logIn(username, PASSWORD, { 'user-agent': FIREFOX });
      const sessions = await list(client);
      expect(sessions).toHaveLength(2);
      expect(sessions.find(({ current }) => !current)).toMatchObject({
        device: 'Firefox on Linux',
        network: '127.0.x.x',
      });
      expect(JSON.stringify(await db.session.findMany())).not.toContain('127.0.0.1');
    });

    it('ends one session and no other', async () => {
      const username = newName();
      const client = await loggedIn(server.url, username);
      const { client: elsewhere } = await logIn(username);
      const other = (await list(client)).find(({ current }) => !current);
      const ended = server.app.get(SessionService).events.once('sessionEnded');
      expect((await change(client, 'DELETE', `/sessions/${other?.id}`)).status).toBe(204);
      expect(await ended).toEqual([other?.id]);
      expect((await elsewhere.get('/api/me')).status).toBe(401);
      expect((await list(client)).map(({ current }) => current)).toEqual([true]);
    });

    it('ends all other sessions at once', async () => {
      const username = newName();
      const client = await loggedIn(server.url, username);
      const others = [await logIn(username), await logIn(username)];
      expect((await change(client, 'DELETE', '/sessions')).status).toBe(204);
      for (const { client: other } of others) expect((await other.get('/api/me')).status).toBe(401);
      expect((await client.get('/api/me')).status).toBe(200);
    });

    it('also revokes API tokens and stream keys, unless they are kept', async () => {
      for (const [body, status] of [
        [undefined, 401],
        [{ removeStreamKeys: false }, 401],
        [{ endTokens: false, removeStreamKeys: false }, 200],
      ] as const) {
        const client = await loggedIn(server.url, newName());
        const made = await client.post('/api/account/tokens', {
          name: 'a script',
          scopes: ['channels:read'],
          expiresInDays: null,
          password: PASSWORD,
        });
        const authorization = `Bearer ${(made.body as CreatedToken).token}`;
        expect((await change(client, 'DELETE', '/sessions', body)).status).toBe(204);
        const asProgram = new HttpClient(server.url).get('/api/me', { headers: { authorization } });
        expect((await asProgram).status).toBe(status);
        expect((await client.get('/api/me')).status).toBe(200);
      }
    });

    it('does not affect other accounts', async () => {
      const victim = await loggedIn(server.url, newName());
      const [theirs] = await list(victim);
      const client = await loggedIn(server.url, newName());
      for (const id of [theirs?.id, 'x', "'", '00000000-0000-0000-0000-000000000000'])
        expect((await change(client, 'DELETE', `/sessions/${id}`)).status).toBe(404);
      expect((await victim.get('/api/me')).status).toBe(200);
    });

    it('is limited: the least recently used session ends', async () => {
      const username = newName();
      const client = await loggedIn(server.url, username);
      const { id: accountId } = await db.account.findUniqueOrThrow({ where: { username } });
      await db.session.createMany({
        data: Array.from({ length: 60 }, (_, n) => ({
          accountId,
          tokenHash: new TextEncoder().encode(`${username} ${n}`),
          expiresAt: new Date(Date.now() + 1_000_000),
          lastUsedAt: new Date(Date.now() - 1_000_000 * (n + 1)),
        })),
      });
      await logIn(username);
      expect(await db.session.count({ where: { accountId } })).toBe(50);
      expect((await client.get('/api/me')).status).toBe(200);
    });
  });

  describe('an API token', () => {
    const make = async (
      client: HttpClient,
      scopes: string[],
      expiresInDays: number | null = null,
    ) =>
      client.post('/api/account/tokens', {
        name: 'a script',
        scopes,
        expiresInDays,
        password: PASSWORD,
      });
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const tokenFor = async (client: HttpClient, scopes: string[]) =>
      ((await make(client, scopes)).body as CreatedToken).token;
    const nobody = () => new HttpClient(server.url);

    it('is shown once, stored as a hash, and records when it was used', async () => {
      const username = newName();
      const client = await loggedIn(server.url, username);
      const token = await tokenFor(client, ['channels:read']);
      const list = async () => (await client.get('/api/account/tokens')).body as TokenList;
      expect(await list()).toMatchObject([
        { name: 'a script', scopes: ['channels:read'], lastUsedAt: null, expiresAt: null },
      ]);
      expect(JSON.stringify(await list())).not.toContain(token);
      expect(JSON.stringify(await db.apiToken.findMany())).not.toContain(token);
      const me = await nobody().get('/api/me', bearer(token));
      expect(me).toMatchObject({ status: 200, body: { username }, setCookies: {} });
      expect((await list())[0]?.lastUsedAt).not.toBeNull();
    });

    it('is created only by its owner: a borrowed browser is not enough', async () => {
      const client = await loggedIn(server.url, newName());
      const token = { name: 'a script', scopes: ['chat:read'], expiresInDays: null };
      for (const proof of [{}, { password: 'a guess' }])
        expect(await client.post('/api/account/tokens', { ...token, ...proof })).toMatchObject({
          status: 403,
          error: { code: 'wrong_password' },
        });
      expect((await client.get('/api/account/tokens')).body).toEqual([]);
    });

    it('can do what its scopes allow and nothing else', async () => {
      const client = await loggedIn(server.url, newName());
      const reader = bearer(await tokenFor(client, ['channels:read']));
      const writer = bearer(await tokenFor(client, ['channels:write']));
      const name = newName();
      const channel = { name, title: '' };
      expect((await nobody().get('/api/channels', reader)).status).toBe(200);
      expect((await nobody().post('/api/channels', channel, reader)).error?.code).toBe('forbidden');
      expect((await nobody().post('/api/channels', channel, writer)).status).toBe(201);
      expect((await nobody().get(`/api/channels/${name}`, writer)).error?.code).toBe('forbidden');
    });

    it('cannot change its account’s password, sessions or tokens', async () => {
      const client = await loggedIn(server.url, newName());
      const all = ['channels:read', 'channels:write', 'broadcast:write', 'chat:read'];
      const token = bearer(await tokenFor(client, [...all, 'chat:write', 'chat:moderate']));
      for (const [method, path] of [
        ['PATCH', '/api/account'],
        ['PUT', '/api/account/password'],
        ['GET', '/api/account/sessions'],
        ['DELETE', '/api/account/sessions'],
        ['GET', '/api/account/tokens'],
        ['POST', '/api/account/tokens'],
        ['POST', '/api/auth/logout'],
      ] as const)
        expect(
          await nobody().request(method, path, method === 'GET' ? token : { ...token, body: {} }),
        ).toMatchObject({
          status: 403,
          error: { code: 'forbidden' },
        });
    });

    it('stops working when it is revoked or expires', async () => {
      const client = await loggedIn(server.url, newName());
      const { id, token } = (await make(client, ['channels:read'])).body as CreatedToken;
      const other = await loggedIn(server.url, newName());
      expect((await change(other, 'DELETE', `/tokens/${id}`)).status).toBe(404);
      expect((await change(client, 'DELETE', `/tokens/${id}`)).status).toBe(204);
      expect((await nobody().get('/api/me', bearer(token))).status).toBe(401);

      const old = (await make(client, ['channels:read'], 1)).body as CreatedToken;
      await db.apiToken.update({ where: { id: old.id }, data: { expiresAt: new Date() } });
      expect((await nobody().get('/api/me', bearer(old.token))).status).toBe(401);
    });

    it.each(['Bearer', 'Bearer x', `Bearer onair_${'A'.repeat(43)}`, 'bearer y'])(
      'is not %s',
      async (authorization) => {
        const client = await loggedIn(server.url, newName());
        const answer = await client.get('/api/me', { headers: { authorization } });
        expect(answer).toMatchObject({ status: 401, error: { code: 'not_logged_in' } });
      },
    );

    it('opens sockets for what its scopes allow, until it is revoked', async () => {
      const name = newName();
      const client = await loggedIn(server.url, name);
      await client.post('/api/channels', { name, title: '' });
      const { id, token } = (await make(client, ['chat:read'])).body as CreatedToken;
      const socket = await openSocket(server.url, { authorization: `Bearer ${token}` });
      const codeOf = async (event: string, payload: object) => {
        const reply = await ask(socket, event, payload);
        return reply.ok ? null : reply.error.code;
      };
      expect(await codeOf('chat:join', { channel: name })).toBeNull();
      expect(await codeOf('chat:send', { text: 'hi' })).toBe('forbidden');
      expect(await codeOf('publisher:start', { channel: name })).toBe('forbidden');
      expect(await codeOf('chat:bans', { channel: name })).toBe('forbidden');
      const closed = new Promise<void>(
        (resolve) => void socket.once('disconnect', () => resolve()),
      );
      await change(client, 'DELETE', `/tokens/${id}`);
      await closed;
      await expect(openSocket(server.url, { authorization: `Bearer ${token}` })).rejects.toThrow(
        'invalid or has expired',
      );
    });

    it('is as restricted over sockets as over HTTP', async () => {
      const name = newName();
      const client = await loggedIn(server.url, name);
      const accomplice = newName();
      await loggedIn(server.url, accomplice);
      await client.post('/api/channels', { name, title: '' });
      const access = { body: { visibility: 'private' } };
      await client.request('PATCH', `/api/channels/${name}/access`, access);
      const codeOf = async (scope: string, event: string, payload: object) => {
        const token = await tokenFor(client, [scope]);
        const socket = await openSocket(server.url, { authorization: `Bearer ${token}` });
        const reply = await ask(socket, event, { channel: name, ...payload });
        socket.disconnect();
        return reply.ok ? null : reply.error.code;
      };
      const join = { rtpCapabilities: { codecs: [], headerExtensions: [] } };
      expect(await codeOf('broadcast:write', 'viewer:join', join)).toBe('forbidden');
      expect(await codeOf('channels:read', 'viewer:join', join)).not.toBe('forbidden');
      const command = (text: string) => codeOf('chat:moderate', 'chat:command', { text });
      expect(await command(`/mod ${accomplice}`)).toBe('forbidden');
      expect(await command('/follow')).toBe('forbidden');
      expect(await command('/slow 5')).toBeNull();
      const moderators = await client.get(`/api/channels/${name}/moderators`);
      expect(moderators.body).toEqual([]);
    });

    it('is limited in number, and has the admin scope only for administrators', async () => {
      const client = await loggedIn(server.url, newName());
      expect((await make(client, ['admin'])).error?.code).toBe('forbidden');
      expect((await make(client, ['everything'])).error?.code).toBe('bad_request');
      const answers: Answer[] = [];
      // One device can run 8 password checks at once, so at most 8 are sent.
      for (const length of [8, 8, 6])
        answers.push(
          ...(await Promise.all(Array.from({ length }, () => make(client, ['channels:read'])))),
        );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
      expect(answers.filter(({ error }) => error?.code === 'token_limit')).toHaveLength(2);
    });
  });
});
