import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Boot } from '../../src/protocol/boot.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { useServer } from '../support/fixtures/use-server.js';

const webRoot = resolve('test/fixtures/web');

/** Returns the boot data that a browser would read from a page. */
function bootOf(html: unknown): Boot {
  const [, json = ''] =
    /<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(String(html)) ?? [];
  return Boot.parse(JSON.parse(json));
}

describe('pages', () => {
  const server = useServer({ webRoot, overrides: { PUBLIC_URL: 'https://live.example.org' } });
  let ann: HttpClient;
  let visitor: HttpClient;

  beforeAll(async () => {
    ann = await loggedIn(server.url, 'ann');
    visitor = new HttpClient(server.url);
    await ann.post('/api/channels', { name: 'tea', title: 'Tea & </script><b>"talk"' });
  });

  it.each([
    ['/', 'index', 'Onair'],
    ['/studio', 'studio', 'Studio · Onair'],
    ['/stage/tea', 'guest', 'Join the stage · Onair'],
    ['/login', 'account', 'Log in · Onair'],
    ['/register', 'account', 'Create an account · Onair'],
    ['/account', 'account', 'Your account · Onair'],
  ])('%s is the page %s', async (path, page, title) => {
    const { status, headers, body } = await visitor.get(path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(body).toContain(`data-page="${page}"`);
    expect(body).toContain(`<title>${title}</title>`);
    expect(bootOf(body)).toMatchObject({ account: null, channel: null, chatGuests: true });
  });

  it('contain the logged-in account, the channel, and the server’s codecs', async () => {
    const { body } = await ann.get('/tea');
    const boot = bootOf(body);
    expect(boot).toMatchObject({
      account: { username: 'ann' },
      channel: { name: 'tea', title: 'Tea & </script><b>"talk"', owner: 'ann', broadcast: null },
    });
    expect(boot.rtpCapabilities?.codecs.map(({ mimeType }) => mimeType)).toContain('video/H264');
  });

  it('never render a title as markup', async () => {
    const html = String((await visitor.get('/tea')).body);
    expect(html).toContain(
      '<title>Tea &amp; &lt;/script&gt;&lt;b&gt;&quot;talk&quot; · tea</title>',
    );
    expect(html).toContain(
      '<meta property="og:title" content="Tea &amp; &lt;/script&gt;&lt;b&gt;&quot;talk&quot; · tea" />',
    );
    expect(html).not.toContain('<b>');
    expect(html.match(/<\/script>/g)).toHaveLength(1);
  });

  it('have previews with their public URL', async () => {
    expect((await visitor.get('/tea')).body).toContain(
      '<meta property="og:url" content="https://live.example.org/tea" />',
    );
  });

  it('can be framed only if they are designed for it', async () => {
    const policy = async (path: string) =>
      (await visitor.get(path)).headers.get('content-security-policy');
    expect(await policy('/tea')).toContain("frame-ancestors 'none'");
    expect(await policy('/embed/tea')).toContain('frame-ancestors *');
    expect(await policy('/embed/nobody')).toContain('frame-ancestors *');
  });

  it.each(['/nobody', '/embed/nobody', '/no/such/page', '/x', '/index.html', '/%2Fevil.example'])(
    'that do not exist return 404: %s',
    async (path) => {
      const { status, body } = await visitor.get(path);
      expect(status).toBe(404);
      expect(body).toContain('data-page="not-found"');
      expect(bootOf(body).channel).toBeNull();
    },
  );

  it('redirect from uppercase names, and nowhere else', async () => {
    const answer = await visitor.get('/TEA');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/tea']);
    expect((await visitor.get('/%2FEvil.example')).status).toBe(404);
  });

  it('reserve a deleted channel’s name', async () => {
    await ann.post('/api/channels', { name: 'gone' });
    expect((await visitor.get('/gone')).status).toBe(200);
    await ann.request('DELETE', '/api/channels/gone', {});
    expect((await visitor.get('/gone')).status).toBe(404);
  });

  it('load files that browsers cache, compressed if accepted', async () => {
    const asset = await visitor.get('/assets/page-B00i09Q3.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(asset.body).toBe('export const hashed = true;\n');
    const plain = await visitor.get('/assets/page-B00i09Q3.js', {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await visitor.get('/favicon.svg')).headers.get('cache-control')).toBe('no-cache');
    expect((await visitor.get('/assets/none.js')).status).toBe(404);
    expect((await visitor.get('/assets/..%2f..%2f..%2fpackage.json')).status).toBe(404);
  });

  it('have the baseline security headers, like everything else', async () => {
    const paths = ['/', '/api/channels', '/favicon.svg', '/nobody', '/api/nothing', '/metrics'];
    for (const path of paths) {
      const { headers } = await visitor.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
    }
  });
});

describe('before the first web build', () => {
  const server = useServer({ webRoot: resolve('test/fixtures/no-such-folder') });

  it('pages say which command to run', async () => {
    for (const path of ['/', '/no/such/page']) {
      const { status, body } = await new HttpClient(server.url).get(path);
      expect(status).toBe(503);
      expect(body).toContain('npm run build');
    }
  });
});

describe('health', () => {
  const server = useServer();

  it('is alive and ready', async () => {
    const client = new HttpClient(server.url);
    expect(await client.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await client.get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('exposes metrics in Prometheus’ text format', async () => {
    const { status, headers, body } = await new HttpClient(server.url).get('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
    expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
  });
});
