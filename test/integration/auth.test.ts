import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SessionService } from '../../src/auth/sessions/session.service.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import { databases } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { stopClock } from '../support/stop-clock.js';
import { useServer } from '../support/fixtures/use-server.js';

const SESSION = 'onair_session';
const HOUR_MS = 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms);
const hashOf = (token: string) => new Uint8Array(createHash('sha256').update(token).digest());

describe.each(databases)('accounts on %s', (database) => {
  const server = useServer({ database });
  let db: PrismaService;
  let count = 0;
  const newName = () => `user-${(count += 1)}`;
  const sessionOf = (client: HttpClient) => client.cookies.get(SESSION) ?? '';

  beforeAll(async () => {
    db = server.app.get(PrismaService);
  });

  it('register, report who is logged in, log out, and log in again', async () => {
    const client = new HttpClient(server.url);
    const credentials = { username: 'Ann', password: PASSWORD };
    const registered = await client.post('/api/auth/register', credentials);
    expect(registered).toMatchObject({ status: 201, body: { username: 'ann' } });
    expect((await client.get('/api/me')).body).toEqual(registered.body);

    expect((await client.post('/api/auth/logout')).status).toBe(204);
    expect(client.cookies.has(SESSION)).toBe(false);
    expect(await client.get('/api/me')).toMatchObject({
      status: 401,
      error: { code: 'not_logged_in' },
    });

    const back = await client.post('/api/auth/login', { ...credentials, username: ' ANN ' });
    expect(back).toMatchObject({ status: 200, body: registered.body });
    expect((await client.get('/api/me')).status).toBe(200);
  });

  it('store only hashes of the password and the token', async () => {
    const client = await loggedIn(server.url, newName());
    const dump = JSON.stringify([await db.account.findMany(), await db.session.findMany()]);
    expect(dump).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(dump).not.toContain(PASSWORD);
    expect(dump).not.toContain(sessionOf(client));
    expect(await db.session.count({ where: { tokenHash: hashOf(sessionOf(client)) } })).toBe(1);
  });

  it('set cookies that scripts and other sites cannot read', async () => {
    const answer = await new HttpClient(server.url).post('/api/auth/register', {
      username: newName(),
      password: PASSWORD,
    });
    for (const name of [SESSION, 'onair_guest']) {
      expect(answer.setCookies[name]).toMatch(/; HttpOnly/);
      expect(answer.setCookies[name]).toMatch(/; SameSite=Lax/);
      expect(answer.setCookies[name]).toMatch(/; Path=\//);
    }
  });

  it('reject a taken username, even for concurrent requests', async () => {
    const credentials = { username: newName(), password: PASSWORD };
    const answers = await Promise.all(
      [1, 2, 3].map(() => new HttpClient(server.url).post('/api/auth/register', credentials)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.error?.code).toBe('username_taken');
  });

  it('report every error in new credentials', async () => {
    const answer = await new HttpClient(server.url).post('/api/auth/register', {
      username: 'a b',
      password: 'short',
      admin: true,
    });
    expect(answer).toMatchObject({ status: 400, error: { code: 'bad_request' } });
    expect(answer.error?.issues?.map(({ path }) => path)).toEqual(['username', 'password', '']);
  });

  it('do not reveal whether username or password is wrong', async () => {
    const username = newName();
    await loggedIn(server.url, username);
    const client = new HttpClient(server.url);
    const wrongPassword = await client.post('/api/auth/login', { username, password: 'nope' });
    const nobody = await client.post('/api/auth/login', { username: 'nobody', password: 'nope' });
    expect(wrongPassword).toMatchObject({ status: 401, error: { code: 'wrong_credentials' } });
    expect(nobody.body).toEqual(wrongPassword.body);
  });

  it('throttle guesses, and say for how long', async () => {
    onTestFinished(stopClock());
    const username = newName();
    await loggedIn(server.url, username);
    const client = new HttpClient(server.url);
    const guess = () => client.post('/api/auth/login', { username, password: 'guess' });
    let answer = await guess();
    for (let tries = 1; tries < 20 && answer.status === 401; tries += 1) answer = await guess();
    expect(answer).toMatchObject({ status: 429, error: { code: 'rate_limited' } });
    expect(answer.error?.retryAfterMs).toBeGreaterThan(1_000);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    // The correct password has to wait as well; otherwise, an attacker could tell it apart.
    expect((await client.post('/api/auth/login', { username, password: PASSWORD })).status).toBe(
      429,
    );
  });

  it('receive a new token at every login, and the previous session ends', async () => {
    const username = newName();
    const client = await loggedIn(server.url, username);
    const first = sessionOf(client);
    await client.post('/api/auth/login', { username, password: PASSWORD });
    expect(sessionOf(client)).not.toBe(first);
    client.cookies.set(SESSION, first);
    expect((await client.get('/api/me')).status).toBe(401);
  });

  it('reject a token that the server did not issue', async () => {
    const client = new HttpClient(server.url);
    for (const token of ['x', 'A'.repeat(43), '%00', `${'A'.repeat(42)}'`]) {
      client.cookies.set(SESSION, token);
      expect((await client.get('/api/me')).status).toBe(401);
    }
  });

  it('emit an event when a session ends, so that its sockets are closed', async () => {
    const client = await loggedIn(server.url, newName());
    const where = { tokenHash: hashOf(sessionOf(client)) };
    const { id } = await db.session.findFirstOrThrow({ where });
    const ended = server.app.get(SessionService).events.once('sessionEnded');
    await client.post('/api/auth/logout');
    expect(await ended).toEqual([id]);
  });

  describe('a session', () => {
    /** Returns a logged-in client whose session row is changed. */
    async function sessionWith(data: { rotatedAt?: Date; expiresAt?: Date }) {
      const client = await loggedIn(server.url, newName());
      const where = { tokenHash: hashOf(sessionOf(client)) };
      const { id } = await db.session.findFirstOrThrow({ where });
      await db.session.update({ where: { id }, data });
      return { client, id };
    }

    it('ends when it expires, and is deleted', async () => {
      const { client, id } = await sessionWith({ expiresAt: ago(1_000) });
      const answer = await client.get('/api/me');
      expect(answer.status).toBe(401);
      expect(answer.setCookies[SESSION]).toContain('Max-Age=0');
      const ended = server.app.get(SessionService).events.once('sessionEnded');
      await server.app.get(SessionService).sweep();
      expect(await ended).toEqual([id]);
      expect(await db.session.count({ where: { id } })).toBe(0);
    });

    it('is extended by use', async () => {
      const { client, id } = await sessionWith({ expiresAt: new Date(Date.now() + HOUR_MS) });
      const answer = await client.get('/api/me');
      expect(answer.setCookies[SESSION]).toContain('Max-Age=2592000');
      const { expiresAt } = await db.session.findUniqueOrThrow({ where: { id } });
      expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 29 * 24 * HOUR_MS);
    });

    it('gets a new token every day; the old one stays valid for requests in flight', async () => {
      const { client, id } = await sessionWith({ rotatedAt: ago(25 * HOUR_MS) });
      const old = sessionOf(client);
      const { accountId } = await db.session.findUniqueOrThrow({ where: { id } });
      const answers = await Promise.all([1, 2, 3].map(() => client.get('/api/me')));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(answers.filter(({ setCookies }) => SESSION in setCookies)).toHaveLength(1);
      expect(sessionOf(client)).not.toBe(old);
      expect((await client.get('/api/me')).status).toBe(200);

      const late = new HttpClient(server.url);
      late.cookies.set(SESSION, old);
      expect((await late.get('/api/me')).status).toBe(200);
      await db.session.update({ where: { id }, data: { rotatedAt: ago(61_000) } });
      late.cookies.set(SESSION, old);
      const cut = server.app.get(SessionService).events.once('sessionEnded');
      expect((await late.get('/api/me')).status).toBe(401);
      // Two clients have the token, and it isn't known which of them is the owner, so the session
      // ends for both.
      expect(await cut).toEqual([id]);
      expect((await client.get('/api/me')).status).toBe(401);
      expect(
        await db.securityEvent.findMany({ where: { kind: 'session_replayed' } }),
      ).toMatchObject([{ accountId, network: '127.0.x.x', count: 1 }]);
    });

    it('is resolved at a socket’s handshake, where no cookie can be set', async () => {
      const { client, id } = await sessionWith({ rotatedAt: ago(25 * HOUR_MS) });
      const identity = await server.app
        .get(SessionService)
        .identify({ cookieHeader: `onair_guest=x; ${SESSION}=${sessionOf(client)}` });
      expect(identity).toMatchObject({ sessionId: id, guestId: expect.stringMatching(/^.{22}$/) });
      expect((await client.get('/api/me')).setCookies).toHaveProperty(SESSION);
    });
  });

  it('gives every visitor their own id for a year', async () => {
    const client = new HttpClient(server.url);
    const first = await client.get('/api/me');
    expect(first.setCookies.onair_guest).toMatch(
      /^onair_guest=[\w-]{22}\.[\w-]{43}; Max-Age=31536000/,
    );
    expect((await client.get('/api/me')).setCookies).not.toHaveProperty('onair_guest');
  });
});

describe('requests from other origins', () => {
  const server = useServer({
    overrides: {
      PUBLIC_URL: 'https://live.example.org',
      ALLOWED_ORIGINS: 'https://partner.example.com',
    },
  });

  const logout = (headers: Record<string, string>) =>
    new HttpClient(server.url).post('/api/auth/logout', undefined, { headers });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['what the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
  ])('are rejected if they would change anything: %s', async (_what, headers) => {
    expect(await logout(headers)).toMatchObject({ status: 403, error: { code: 'origin_refused' } });
  });

  it.each([
    ['the public address', { origin: 'https://live.example.org' }],
    ['an allowed one', { origin: 'https://partner.example.com' }],
    ['a program', {}],
  ])('are accepted from %s', async (_what, headers) => {
    expect((await logout(headers)).status).toBe(204);
  });

  it('are accepted from the requested host', async () => {
    expect((await logout({ origin: server.url })).status).toBe(204);
  });

  it('get Secure cookies only behind a public https URL', async () => {
    const { setCookies } = await new HttpClient(server.url).get('/api/me');
    expect(setCookies['__Host-onair_guest']).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('ignore cookies that a sibling host could have planted', async () => {
    const client = await loggedIn(server.url, 'ann');
    const token = client.cookies.get('__Host-onair_session') ?? '';
    expect((await client.get('/api/me')).status).toBe(200);
    const victim = new HttpClient(server.url);
    victim.cookies.set('onair_session', token);
    victim.cookies.set('__Secure-onair_session', token);
    expect((await victim.get('/api/me')).status).toBe(401);
  });
});

describe('bad requests', () => {
  const server = useServer();
  let client: HttpClient;
  beforeAll(async () => {
    client = new HttpClient(server.url);
  });

  const json = { 'content-type': 'application/json' };
  const send = (text: string, headers: Record<string, string> = json) =>
    client.request('POST', '/api/auth/login', { text, headers });

  it.each([
    ['invalid JSON', '{"username":', json, 400, 'bad_request'],
    ['an empty body', '', json, 400, 'bad_request'],
    ['an array', '[]', json, 400, 'bad_request'],
    ['null', 'null', json, 400, 'bad_request'],
    ['wrong types', '{"username":{},"password":7}', json, 400, 'bad_request'],
    ['text', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    [
      'a prototype',
      '{"__proto__":{"a":1},"username":"a","password":"b"}',
      json,
      400,
      'bad_request',
    ],
    [
      'a form',
      'username=a',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
    ],
    ['more than 64 KB', `"${'a'.repeat(65_536)}"`, json, 413, 'payload_too_large'],
  ])('return a code and a message: %s', async (_what, text, headers, status, code) => {
    const answer = await send(text, headers);
    expect(answer).toMatchObject({
      status,
      error: { code, message: expect.stringMatching(/^\S.{8,}/) },
    });
    expect(Object.keys(answer.body as object)).toEqual(['error']);
  });

  it('return one for an unknown path as well', async () => {
    for (const path of ['/api/nothing', '/api/auth/login/x'])
      for (const method of ['GET', 'POST', 'DELETE'])
        expect(await client.request(method, path, {})).toMatchObject({
          status: 404,
          error: { code: 'not_found' },
        });
  });

  it('return one for a malformed URL as well', async () => {
    expect(await client.get('/api/channels/%E0%A4%A')).toMatchObject({
      status: 400,
      error: { code: 'bad_request' },
    });
  });
});
