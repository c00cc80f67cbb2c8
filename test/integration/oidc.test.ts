import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { AccountView, ProviderRedirect } from '../../src/protocol/account.js';
import type { CreatedInvitation } from '../../src/protocol/admin.js';
import { administrator } from '../support/administrator.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { freePort } from '../support/free-port.js';
import { CLIENT, follow, OpenIdProvider } from '../support/openid-provider.js';

describe('logging in with an OpenID provider', () => {
  let provider: OpenIdProvider;
  let server: TestApp;
  let boss: HttpClient;

  beforeAll(async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    provider = await OpenIdProvider.start(`${url}/api/auth/oidc/callback`);
    server = await startTestApp({
      overrides: {
        PORT: `${port}`,
        PUBLIC_URL: url,
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: CLIENT.id,
        OIDC_CLIENT_SECRET: CLIENT.secret,
        OIDC_NAME: 'Example Org',
      },
    });
    boss = await administrator(server);
  });
  afterAll(async () => {
    await server.close();
    await provider.close();
  });

  const locationOf = ({ headers }: { headers: Headers }) => headers.get('location') ?? '';
  const me = async (client: HttpClient) => (await client.get('/api/me')).body as AccountView;

  /** Logs in at the provider as `login`; resolves with the response to the callback. */
  async function arrive(client: HttpClient, login: string, query = '') {
    const away = locationOf(await client.get(`/api/auth/oidc${query}`));
    return follow(client, await provider.visit(away, login));
  }

  it('shows the provider’s name', async () => {
    const { body } = await boss.get('/api/auth/options');
    expect(body).toMatchObject({ provider: 'Example Org' });
  });

  it('creates an account the first time, and finds it again', async () => {
    provider.people.set('subject-1', { preferred_username: 'Ann.Smith', name: 'Ann Smith' });
    const client = new HttpClient(server.url);
    const back = await arrive(client, 'subject-1', '?next=/studio');
    expect(back.status).toBe(302);
    expect(locationOf(back)).toBe('/studio');
    const first = await me(client);
    expect(first).toMatchObject({
      username: 'ann-smith',
      displayName: 'Ann Smith',
      isAdmin: false,
    });
    const elsewhere = new HttpClient(server.url);
    await arrive(elsewhere, 'subject-1');
    expect((await me(elsewhere)).id).toBe(first.id);
  });

  it('does not confuse people with the same name', async () => {
    const ann = await loggedIn(server.url, 'same-name');
    provider.people.set('subject-2', { preferred_username: 'same-name', email: 'a@example.org' });
    const client = new HttpClient(server.url);
    await arrive(client, 'subject-2');
    const made = await me(client);
    expect(made.username).toMatch(/^same-name-\d+$/);
    expect(made.id).not.toBe((await me(ann)).id);
    expect(
      (await client.post('/api/auth/login', { username: made.username, password: 'x' })).status,
    ).toBe(401);
  });

  it('shows no name from the provider that resembles another account’s or the service’s', async () => {
    const host = await loggedIn(server.url, 'famous-host');
    await host.request('PATCH', '/api/account', { body: { displayName: 'Zoë the Great' } });
    const names = ['Famous Host', 'fаmous—host', 'ZOE THE GREAT', 'Adm1nistrator', 'Onair'];
    for (const [at, name] of names.entries()) {
      const person = `resembles-${at}`;
      provider.people.set(person, { preferred_username: person, name });
      const client = new HttpClient(server.url);
      await arrive(client, person);
      expect(await me(client)).toMatchObject({ username: person, displayName: person });
    }
  });

  it('assigns no reserved username, and removes invisible characters from names', async () => {
    const name = ' B\u{202e}ob\u{0}\u{2028} ';
    for (const preferred_username of ['admin', 'studio']) {
      const person = `wants-${preferred_username}`;
      provider.people.set(person, { preferred_username, name });
      const client = new HttpClient(server.url);
      await arrive(client, person);
      const { username, displayName } = await me(client);
      expect(username).toMatch(new RegExp(`^${preferred_username}-\\d+$`));
      expect(displayName).toBe(preferred_username === 'admin' ? 'Bob' : username);
    }
  });

  it('accepts a callback only from the browser that started it, and only once', async () => {
    provider.people.set('subject-3', { preferred_username: 'carol' });
    const victim = new HttpClient(server.url);
    const attacker = new HttpClient(server.url);
    const away = locationOf(await attacker.get('/api/auth/oidc'));
    const back = await provider.visit(away, 'subject-3');
    // The attacker's callback would log a victim's browser in to the attacker's account.
    expect(locationOf(await follow(victim, back))).toBe('/login?problem=provider_failed');
    await victim.get('/api/auth/oidc');
    expect(locationOf(await follow(victim, back))).toBe('/login?problem=provider_failed');
    expect((await victim.get('/api/me')).status).toBe(401);

    const state = attacker.cookies.get('onair_provider') ?? '';
    expect(locationOf(await follow(attacker, back))).toBe('/');
    attacker.cookies.set('onair_provider', state);
    expect(locationOf(await follow(attacker, back))).toBe('/login?problem=provider_failed');
  });

  it.each(['//evil.example', 'https://evil.example/', '/\\evil.example'])(
    'does not redirect to another site: %s',
    async (next) => {
      provider.people.set('subject-4', { preferred_username: 'dora' });
      const query = `?next=${encodeURIComponent(next)}`;
      const back = await arrive(new HttpClient(server.url), 'subject-4', query);
      expect(locationOf(back)).toBe('/');
    },
  );

  it('starts a new session and ends the previous one', async () => {
    provider.people.set('subject-5', { preferred_username: 'emil' });
    const client = await loggedIn(server.url, 'before-emil');
    const before = client.cookies.get('onair_session') ?? '';
    await arrive(client, 'subject-5');
    expect((await me(client)).username).toBe('emil');
    client.cookies.set('onair_session', before);
    expect((await client.get('/api/me')).status).toBe(401);
  });

  it('creates accounts only if registration allows it', async () => {
    provider.people.set('subject-6', { preferred_username: 'frida' });
    const setMode = (mode: string) =>
      boss.request('PUT', '/api/admin/registration', { body: { mode } });
    await setMode('closed');
    const client = new HttpClient(server.url);
    expect(locationOf(await arrive(client, 'subject-6'))).toBe(
      '/login?problem=registration_closed',
    );
    await setMode('invitation');
    expect(locationOf(await arrive(client, 'subject-6'))).toBe('/login?problem=invitation_needed');
    const { body } = await boss.post('/api/admin/invitations', {});
    const { search } = new URL((body as CreatedInvitation).link);
    expect(locationOf(await arrive(client, 'subject-6', search))).toBe('/');
    expect((await me(client)).username).toBe('frida');
    await setMode('closed');
    // Existing accounts can log in.
    expect(locationOf(await arrive(new HttpClient(server.url), 'subject-6'))).toBe('/');
    await setMode('open');
  });

  it('rejects a disabled account', async () => {
    provider.people.set('subject-7', { preferred_username: 'gustav' });
    const client = new HttpClient(server.url);
    await arrive(client, 'subject-7');
    const { id } = await me(client);
    await boss.request('PATCH', `/api/admin/accounts/${id}`, { body: { isDisabled: true } });
    expect(locationOf(await arrive(client, 'subject-7'))).toBe('/login?problem=account_disabled');
    expect((await client.get('/api/me')).status).toBe(401);
  });

  describe('an account with a password', () => {
    const link = (client: HttpClient, body: object = { password: PASSWORD }) =>
      client.post('/api/account/provider', body);

    it('is connected and disconnected by its owner', async () => {
      provider.people.set('subject-8', { preferred_username: 'hanna' });
      const client = await loggedIn(server.url, 'hanna-here');
      expect((await link(client, {})).error?.code).toBe('wrong_password');
      const { url } = (await link(client)).body as ProviderRedirect;
      const back = await follow(client, await provider.visit(url, 'subject-8'));
      expect(locationOf(back)).toBe('/account');
      expect((await client.get('/api/account/security')).body).toMatchObject({ provider: true });
      const elsewhere = new HttpClient(server.url);
      await arrive(elsewhere, 'subject-8');
      expect((await me(elsewhere)).username).toBe('hanna-here');

      // Nobody else can take it over.
      const other = await loggedIn(server.url, 'not-hanna');
      const again = (await link(other)).body as ProviderRedirect;
      expect(locationOf(await follow(other, await provider.visit(again.url, 'subject-8')))).toBe(
        '/account?problem=conflict',
      );
      expect((await client.request('DELETE', '/api/account/provider', {})).status).toBe(204);
      expect((await client.get('/api/account/security')).body).toMatchObject({ provider: false });
    });

    it('is connected only while the requester is logged in', async () => {
      provider.people.set('subject-9', { preferred_username: 'ida' });
      const client = await loggedIn(server.url, 'ida-here');
      const { url } = (await link(client)).body as ProviderRedirect;
      const back = await provider.visit(url, 'subject-9');
      await client.post('/api/auth/login', { username: 'boss', password: PASSWORD });
      expect(locationOf(await follow(client, back))).toBe('/account?problem=not_logged_in');
      const db = server.app.get(PrismaService);
      expect(await db.externalIdentity.count({ where: { subject: 'subject-9' } })).toBe(0);
    });
  });

  it('can be the only way to log in until a password is set', async () => {
    provider.people.set('subject-10', { preferred_username: 'jonas' });
    const client = new HttpClient(server.url);
    await arrive(client, 'subject-10');
    expect((await client.request('DELETE', '/api/account/provider', {})).error?.code).toBe(
      'conflict',
    );
    const set = (body: object) => client.request('PUT', '/api/account/password', { body });
    const db = server.app.get(PrismaService);
    const { id } = await me(client);
    const begun = (agoMs: number) =>
      db.session.updateMany({
        where: { accountId: id },
        data: { createdAt: new Date(Date.now() - agoMs) },
      });
    // A login that was a while ago is not enough.
    await begun(11 * 60_000);
    expect((await set({ password: PASSWORD })).error?.code).toBe('wrong_password');
    await begun(60_000);
    expect((await set({ password: PASSWORD })).status).toBe(204);
    const byPassword = { username: 'jonas', password: PASSWORD };
    expect((await new HttpClient(server.url).post('/api/auth/login', byPassword)).status).toBe(200);
  });
});

it('a login with a provider fails where none is configured', async () => {
  const server = await startTestApp();
  try {
    expect((await new HttpClient(server.url).get('/api/auth/oidc')).status).toBe(404);
  } finally {
    await server.close();
  }
});
