import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { HttpClient, loggedIn, PASSWORD } from '../support/http-client.js';
import { collectRoutes, methodOf, pathOf } from '../support/routes.js';

const webRoot = resolve('test/fixtures/web');
const EVIL = 'https://evil.example';

let server: TestApp;
let ann: HttpClient;
const routes = new Set<string>();

beforeAll(async () => {
  collectRoutes(routes);
  server = await startTestApp({ webRoot });
  ann = await loggedIn(server.url, 'ann');
  await ann.post('/api/channels', { name: 'tea', title: 'Tea' });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server.close();
});

/** Routes that change state. */
const writes = () => [...routes].filter((route) => !/^(GET|OPTIONS) /.test(route));

/** Routes for encoders and players on any site; they ignore cookies from other sites. */
const isForOutside = (route: string) => /^\w+ \/(?:whip|whep)\//.test(route);

/** Sends a request with the session's cookie and a raw body. */
const sendText = (route: string, text: string, type = 'application/json') =>
  ann.request(methodOf(route), pathOf(route), { text, headers: { 'content-type': type } });

/** Returns everything that is stored, to detect changes. */
async function contents(): Promise<unknown> {
  const db = server.app.get(PrismaService);
  return {
    accounts: await db.account.findMany({ orderBy: { id: 'asc' } }),
    channels: await db.channel.findMany({ orderBy: { id: 'asc' } }),
    sessions: await db.session.count(),
    tokens: await db.apiToken.count(),
    members: await db.channelMember.count(),
    webhooks: await db.webhook.count(),
    invitations: await db.invitation.count(),
  };
}

describe('a page on another site', () => {
  it.each([
    ['names itself', { origin: EVIL, 'sec-fetch-site': 'cross-site' }],
    ['is sandboxed', { origin: 'null' }],
    ['hides its origin', { 'sec-fetch-site': 'cross-site' }],
    ['is under the same domain', { origin: 'http://other.127.0.0.1:1' }],
    ['has no address', { origin: '%%' }],
  ])('that %s cannot change anything by any route', async (_what, headers) => {
    expect(writes().length).toBeGreaterThan(10);
    const before = await contents();
    for (const route of writes().filter((one) => !isForOutside(one)))
      for (const body of [{}, undefined]) {
        const answer = await ann.request(methodOf(route), pathOf(route), { body, headers });
        expect([route, answer.error?.code]).toEqual([route, 'origin_refused']);
        expect(answer.setCookies).toEqual({});
      }
    expect(await contents()).toEqual(before);
  });

  it('is treated as logged out by WHIP and WHEP', async () => {
    const headers = { origin: EVIL, 'sec-fetch-site': 'cross-site' };
    const outside = [...routes].filter(isForOutside);
    expect(outside.length).toBeGreaterThan(10);
    const before = await contents();
    for (const route of outside) {
      const request = { body: route.startsWith('GET ') ? undefined : {}, headers };
      const answers = await Promise.all(
        [ann, new HttpClient(server.url)].map((who) =>
          who.request(methodOf(route), pathOf(route), request),
        ),
      );
      const [asAnn, asNobody] = answers.map(({ status, error, setCookies }) => ({
        status,
        error,
        setCookies,
      }));
      expect([route, asAnn]).toEqual([route, asNobody]);
      expect([route, asAnn?.setCookies]).toEqual([route, {}]);
    }
    expect(await contents()).toEqual(before);
  });

  it('cannot submit forms or text, even if it is our own page', async () => {
    for (const route of writes())
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=a',
        'application/json-patch+json',
      ]) {
        const { status } = await sendText(route, '{"username":"eve"}', type);
        expect([route, type, [400, 415].includes(status)]).toEqual([route, type, true]);
      }
  });

  it('cannot change anything through a route for reading', async () => {
    const before = await contents();
    for (const route of routes)
      if (route.startsWith('GET ') && !route.includes('*'))
        await ann.get(pathOf(route), { headers: { 'x-http-method-override': 'DELETE' } });
    expect(await contents()).toEqual(before);
  });

  it('receives no cookies across sites', async () => {
    const client = new HttpClient(server.url);
    const { setCookies } = await client.post('/api/auth/login', {
      username: 'ann',
      password: PASSWORD,
    });
    for (const line of Object.values(setCookies)) {
      expect(line).toMatch(/; HttpOnly/);
      expect(line).toMatch(/; SameSite=(Lax|Strict)/);
      expect(line).not.toMatch(/Domain=/);
    }
  });
});

describe('a request body', () => {
  const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

  it.each([
    ['two members of one name', '{"title":"a","title":"b"}', 400],
    ['two members, one of them escaped', '{"title":"a","t\\u0069tle":"b"}', 400],
    ['a prototype', '{"__proto__":{"isAdmin":true},"title":"a"}', 400],
    ['an escaped prototype', '{"__pro\\u0074o__":{"isAdmin":true}}', 400],
    ['a prototype further in', '{"a":[{"__proto__":{"isAdmin":true}}]}', 400],
    ['a constructor', '{"constructor":{"prototype":{"isAdmin":true}}}', 400],
    ['lists 30,000 deep', nested(30_000), 400],
    ['lists 30 deep', nested(30), 400],
    ['20,000 members', `{"a":[${'1,'.repeat(21_000)}1]}`, 400],
    ['more than 64 KB', `{"a":"${'x'.repeat(70_000)}"}`, 413],
    ['a NUL', '{"title":"a\\u0000b"}', 400],
    ['nothing', '', 400],
    ['half of an object', '{"title":', 400],
    ['a number that is not one', '{"title":NaN}', 400],
    ['bytes that are not text', '{"title":"\u{fffd}\uD800"}'.slice(0, 12), 400],
  ])('with %s is rejected by every route', async (_what, text, status) => {
    for (const route of writes()) {
      const answer = await sendText(route, text);
      expect([route, answer.status]).toEqual([route, status]);
      expect(JSON.stringify(answer.body)).not.toMatch(/isAdmin|at .*\.(ts|js):/);
    }
    expect('isAdmin' in {}).toBe(false);
    const { body } = await ann.get('/api/me');
    expect(body).toMatchObject({ username: 'ann' });
  });

  it('of any shape causes no internal error', async () => {
    const shapes = [
      'null',
      'true',
      '0',
      '"text"',
      '[]',
      '{}',
      '[null]',
      '{"title":null}',
      '{"title":{"a":1}}',
      '{"title":["a"]}',
      '{"title":1e400}',
      '{"title":"\\ud800"}',
      '{"username":["ann"],"password":{"$ne":null}}',
      JSON.stringify({ name: "' OR 1=1 --" }),
      '{"name":"../../etc","title":"\\u202e"}',
      '{"length":1e9}',
      '{"then":"a"}',
      '{"toString":1}',
    ];
    for (const route of writes())
      for (const text of shapes) {
        if (/logout|DELETE \/api\/(account|channels\/:name)$/.test(route)) continue;
        const { status } = await sendText(route, text);
        expect([route, text, status < 500]).toEqual([route, text, true]);
      }
  });
});

/** Sends a path exactly as written, without the normalization that clients perform. */
async function rawGet(path: string): Promise<{ status: number; body: string }> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`, 'latin1');
  await once(socket, 'close');
  const [, status = '0'] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
  return { status: Number(status), body: text.slice(text.indexOf('\r\n\r\n') + 4) };
}

describe('a path that leads outside', () => {
  const UP = [
    '..',
    '%2e%2e',
    '%2E%2E',
    '.%2e',
    '%252e%252e',
    '%c0%ae%c0%ae',
    '%e0%80%ae%e0%80%ae',
    '..;',
    '....',
    '..%00',
    '%u002e%u002e',
    '\xc0\xae\xc0\xae',
    '.. ',
  ];
  const SLASHES = ['/', '%2f', '%5c', '\\', '%252f', '//', '/./', '%c0%af'];
  const TARGETS = ['package.json', 'etc/passwd', 'data/secret.key', 'index.html', 'manifest.json'];
  const BASES = [
    '/',
    '/assets/',
    '/hls/',
    '/hls/tea/',
    '/hls/tea/AAAAAAAAAAAAAAAA/video-0/',
    '/embed/',
    '/api/',
  ];
  const secrets = [
    readFileSync('package.json', 'utf8').slice(0, 40),
    readFileSync('/etc/passwd', 'utf8').slice(0, 20),
  ];

  it.each(BASES)('from %s finds nothing, in any notation', async (base) => {
    const paths = UP.flatMap((up) =>
      SLASHES.flatMap((slash) =>
        [1, 3, 8].map((depth, index) => {
          const target = TARGETS[(depth + index + up.length + slash.length) % TARGETS.length];
          return `${base}${`${up}${slash}`.repeat(depth)}${target}`;
        }),
      ),
    ).filter((path) => !path.includes(' '));
    for (const path of paths) {
      const { status, body } = await rawGet(path);
      expect([path, status >= 300 && status < 500]).toEqual([path, true]);
      for (const secret of secrets) expect(body).not.toContain(secret);
    }
  });

  it.each([
    '/index.html',
    '/watch.html',
    '/assets/',
    '/assets',
    '/assets/.',
    '/.env',
    '/.git/config',
    '/.vite/manifest.json',
    '/assets//etc/passwd',
    '/assets/page-B00i09Q3.js/',
    '//etc/passwd',
    '/assets/page-B00i09Q3.js%00.css',
    'http://evil.example/assets/../../package.json',
    '*',
  ])('%s is not served', async (path) => {
    const { status, body } = await rawGet(path);
    expect(status).toBeGreaterThanOrEqual(300);
    expect(status).toBeLessThan(500);
    for (const secret of secrets) expect(body).not.toContain(secret);
  });
});
